"""The verify endpoint: requests per CPU second of the server's process, beside two peers.

Wall time says little on a shared machine, and a server has as many cores as it is given; what
a request costs the processor is what differs. The load comes from a process of its own, over
32 connections that stay open. Rounds go in turn, each of the same requests for all three.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

from benchmarks.measure import Bar, Measure
from benchmarks.scene import faces_that_match, today
from benchmarks.verify.questions import Questions
from benchmarks.verify.server import Server
from helpdesk.security import KeyRing
from kiosk.demo.processes import run as run_module

CONNECTIONS: Final = 32
FEWEST: Final = 3
PATIENCE: Final = 60.0
"""Seconds after which no further round begins, on a machine that is busy."""
CONSTANT_BAR, PEER_BAR = Bar(0.40), Bar(2.0)

CONFIG: Final = """\
[helpdesk]
listen = "127.0.0.1:0"
control = "{folder}/{name}.sock"
# The limits are on, and too wide to be met.
requests_per_minute = 100000000
kiosk_requests_per_minute = 100000000
[database]
url = "sqlite://{folder}/{name}.sqlite3"
[security]
keys = "{folder}/keys"
guesses_per_minute = 100000000
"""
FASTAPI: Final = "FastAPI + SQLAlchemy"
CONSTANT: Final = "own layer, constant"


class _Bench:
    """The three servers on one registry, each with a database of its own."""

    def __init__(self, folder: Path, invoices: int) -> None:
        self._folder = folder
        self._log = folder / "servers.log"
        self._set_up(invoices)
        keys = folder / "keys"
        faces = list(faces_that_match(folder / "registry.csv", today()))
        access = KeyRing.open(keys).kiosk_access.hex()
        self._questions = Questions(faces, access, today())

    def servers(self) -> dict[str, Server]:
        """The three, not yet started."""
        here, config = self._folder, "{}/{}.toml".format
        peer = ["benchmarks.verify.peer_fastapi", f"{here}/peer.sqlite3", f"{here}/keys"]
        constant = ["benchmarks.verify.constant_server", config(here, "constant")]
        return {
            "ours": Server(
                ["helpdesk", "serve", "--json", "--config", config(here, "ours")], self._log
            ),
            CONSTANT: Server(constant, self._log),
            FASTAPI: Server(peer, self._log),
        }

    def round(self, servers: dict[str, Server], count: int) -> dict[str, float]:
        """Requests per CPU second of each; the same `count` requests for all.

        Raises:
            RuntimeError: ours and the peer did not answer alike: they do not do the same work.
        """
        file = self._folder / "requests.jsonl"
        self._questions.write(file, count)
        rates, told = {}, {}
        for name, server in servers.items():
            before = server.cpu_seconds()
            told[name] = _load(server.port, file)
            rates[name] = count / (server.cpu_seconds() - before)
        if told["ours"] != told[FASTAPI] or sum(told[CONSTANT].values()) != count:
            raise RuntimeError(f"different answers: {told}")
        return rates

    def _set_up(self, invoices: int) -> None:
        folder, registry = self._folder, str(self._folder / "registry.csv")
        for name in ("ours", "constant"):
            text = CONFIG.format(folder=folder, name=name)
            (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        config = ["--config", str(folder / "ours.toml")]
        number = ["--invoices", str(invoices), "--seed", "1", "--as-of", today().isoformat()]
        for arguments in (
            ["demo-data", *number, "--out", registry],
            ["keys", "init", *config],
            ["migrate", *config],
            ["import", registry, *config],
        ):
            run_module("helpdesk", arguments, self._log)
        _copy_registry(folder / "ours.sqlite3", folder / "peer.sqlite3")


def _copy_registry(ours: Path, peer: Path) -> None:
    """The peer's table holds the same rows, as far as a check needs them."""
    with closing(sqlite3.connect(peer)) as database:
        database.execute("ATTACH ? AS ours", (str(ours),))
        database.execute(
            "CREATE TABLE registry_invoice (identity VARCHAR(32) NOT NULL PRIMARY KEY,"
            " state VARCHAR(12) NOT NULL, sealed BLOB NOT NULL)"
        )
        database.execute(
            "INSERT INTO registry_invoice SELECT identity, state, sealed FROM ours.registry_invoice"
        )
        database.commit()


def _load(port: int, file: Path) -> dict[str, int]:
    arguments = ["benchmarks.verify.load", str(port), str(file), str(CONNECTIONS)]
    done = subprocess.run(
        [sys.executable, "-m", *arguments], stdout=subprocess.PIPE, check=True, text=True
    )
    told: dict[str, int] = json.loads(done.stdout)
    return told


def run(*, quick: bool) -> list[Measure]:
    """Median of the rounds, after one that is not counted."""
    most, count = (FEWEST, 1_000) if quick else (5, 4_000)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yanpiao-bench-")))
        bench = _Bench(folder, 2_000 if quick else 10_000)
        servers = bench.servers()
        for server in servers.values():
            stack.enter_context(server)
        bench.round(servers, count // 2)
        end = time.monotonic() + PATIENCE
        taken = [bench.round(servers, count)]
        while len(taken) < most and (len(taken) < FEWEST or time.monotonic() < end):
            taken.append(bench.round(servers, count))
    ours, constant, peer = (statistics.median(each[name] for each in taken) for name in servers)
    unit, what = "requests/CPU s", "verify endpoint"
    spread = [each["ours"] / each[FASTAPI] for each in taken]
    note = (
        f"{CONNECTIONS} connections, SQLite synchronous=FULL; {len(taken)} rounds of {count:,}"
        f" requests, from {min(spread):.2f} to {max(spread):.2f}"
    )
    return [
        Measure(what, ours, unit, CONSTANT, constant, CONSTANT_BAR),
        Measure(what, ours, unit, FASTAPI, peer, PEER_BAR, note),
    ]
