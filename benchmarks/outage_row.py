"""After a long outage: how long until every journal is on the server, and who waits meanwhile.

Twenty kiosks come back at once, each with its journal of two weeks; a visitor checks an invoice
twenty times a second all the while. That one's waiting is counted from when it should have
been sent, so that a stall delays nothing in secret.
"""

from __future__ import annotations

import asyncio
import secrets
import statistics
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aiohttp

from benchmarks.measure import Bar, Measure
from benchmarks.outage.journals import journals
from benchmarks.scene import faces_that_match, today
from benchmarks.verify.server import Server
from helpdesk.wire import journal_batch, request_signature, sync
from helpdesk.wire.request_signature import Request
from helpdesk.wire.verification import PATH, request_of
from invoices.claim import from_face
from kiosk.demo.processes import run as run_module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.outage.journals import Journal
    from invoices.face import Face

DRAIN_BAR, WAIT_BAR = Bar(120.0, at_most=True), Bar(100.0, at_most=True)
RATE: Final = 20.0
ALONE: Final = 15.0
CONFIG: Final = """\
[helpdesk]
listen = "127.0.0.1:0"
control = "{folder}/control.sock"
requests_per_minute = 0
kiosk_requests_per_minute = 0
[database]
url = "sqlite://{folder}/helpdesk.sqlite3"
[security]
keys = "{folder}/keys"
guesses_per_minute = 0
"""


@dataclass
class _Watch:
    """What the visitor waited (milliseconds), and whether to go on."""

    waited: list[float] = field(default_factory=list)
    going_on: bool = True


@dataclass(frozen=True)
class _Drain:
    """How long it took, what it cost the server, and what a visitor waited then and before."""

    seconds: float
    cpu: float
    beside: list[float]
    alone: list[float]


def run(*, quick: bool) -> list[Measure]:
    """One drain."""
    kiosks, entries = (4, 500) if quick else (20, 5_000)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yanpiao-bench-")))
        faces = _set_up(folder, 1_000 if quick else 20_000)
        arguments = ["helpdesk", "serve", "--json", "--config", f"{folder}/config.toml"]
        server = stack.enter_context(Server(arguments, folder / "server.log"))
        drain = asyncio.run(_drain(folder, server, faces, kiosks, entries))
    many = f"{kiosks} kiosks x {entries} entries"
    note = f"server CPU {drain.cpu:.0f} s; {len(drain.beside)} checks beside it"
    waits = (
        f"median {statistics.median(drain.beside):.0f} ms;"
        f" alone {statistics.median(drain.alone):.0f} ms, p99 {_p99(drain.alone):.0f} ms"
    )
    return [
        Measure(f"outage drained, {many}", drain.seconds, "s", bar=DRAIN_BAR, note=note),
        Measure("verify beside it, p99", _p99(drain.beside), "ms", bar=WAIT_BAR, note=waits),
    ]


def _p99(waited: Sequence[float]) -> float:
    return statistics.quantiles(waited, n=100)[-1]


def _set_up(folder: Path, invoices: int) -> list[Face]:
    (folder / "config.toml").write_text(CONFIG.format(folder=folder), encoding="utf-8")
    registry, log = folder / "registry.csv", folder / "set-up.log"
    config = ["--config", f"{folder}/config.toml"]
    number = ["--invoices", str(invoices), "--seed", "1", "--as-of", today().isoformat()]
    for each in (
        ["demo-data", *number, "--out", str(registry)],
        ["keys", "init", *config],
        ["migrate", *config],
        ["import", str(registry), *config],
    ):
        run_module("helpdesk", each, log)
    return list(faces_that_match(registry, today()))


async def _drain(
    folder: Path, server: Server, faces: Sequence[Face], kiosks: int, entries: int
) -> _Drain:
    base = f"http://127.0.0.1:{server.port}"
    async with aiohttp.ClientSession(base) as http:
        ready = await journals(folder / "control.sock", http, faces, kiosks, entries)
        alone, beside = _Watch(), _Watch()
        visitor = asyncio.create_task(_visit(http, faces, alone))
        await asyncio.sleep(ALONE)
        alone.going_on = False
        await visitor
        visitor = asyncio.create_task(_visit(http, faces, beside))
        before, begun = server.cpu_seconds(), time.monotonic()
        await asyncio.gather(*(_push(http, journal, server.port) for journal in ready))
        seconds, used = time.monotonic() - begun, server.cpu_seconds() - before
        beside.going_on = False
        await visitor
    return _Drain(seconds, used, beside.waited, alone.waited)


async def _push(http: aiohttp.ClientSession, journal: Journal, port: int) -> None:
    for body, mark in zip(journal.bodies, journal.marks, strict=True):
        request = Request("POST", f"127.0.0.1:{port}", journal_batch.PATH, "", body)
        keyid = sync.key_id(journal.kiosk, journal.signer.key.public)
        nonce = secrets.token_urlsafe(16)
        headers = request_signature.sign(
            request, journal.signer, keyid, datetime.now(UTC), nonce
        ) | {"Content-Type": "application/json"}
        async with http.post(journal_batch.PATH, data=body, headers=headers) as answer:
            told = await answer.json()
        if answer.status != 200 or told["mark"] != mark:
            raise RuntimeError(f"{answer.status}: {told}")


async def _visit(http: aiohttp.ClientSession, faces: Sequence[Face], watch: _Watch) -> None:
    asking: set[asyncio.Task[None]] = set()
    begun, number = time.monotonic(), 0
    while watch.going_on:
        due = begun + number / RATE
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        face = faces[number % len(faces)]
        asking.add(asyncio.create_task(_check(http, face, due, watch)))
        number += 1
    await asyncio.gather(*asking)


async def _check(http: aiohttp.ClientSession, face: Face, due: float, watch: _Watch) -> None:
    body = request_of(from_face(face)).model_dump(exclude_unset=True)
    async with http.post(PATH, json=body) as answer:
        await answer.read()
    if answer.status != 200:
        raise RuntimeError(str(answer.status))
    watch.waited.append((time.monotonic() - due) * 1000)
