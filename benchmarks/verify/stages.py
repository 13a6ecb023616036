"""Where a check's time goes on the server: CPU microseconds of each stage, all threads.

`python -m benchmarks.verify.stages`: the real parts on a SQLite file, batches of 32 as under the
load of `benchmarks.verify_row`. The request layer itself is what `constant_server` measures.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from benchmarks.scene import today
from helpdesk.db import database_of, migrate
from helpdesk.demo_data.issuer import Issuer
from helpdesk.demo_data.samples import scannable
from helpdesk.registry.store import RegistryStore
from helpdesk.security import KeyRing
from helpdesk.texts import load_texts
from helpdesk.verification import routes, rules, sealed_form
from helpdesk.verification.lookup import Lookup
from helpdesk.verification.question import Pending, Question, Reading
from helpdesk.verification.store import CheckStore
from helpdesk.wire import op_id
from helpdesk.wire.verification import answer_json
from invoices import claim as claims
from invoices import qr
from invoices.qr_writer import write_face
from invoices.rules import Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from helpdesk.db import Database, Row, Transaction, Value
    from helpdesk.registry.columns import Entry

BATCH: Final = 32
BATCHES: Final = 120
INVOICES: Final = 4_000
ZONE: Final = ZoneInfo("Asia/Shanghai")
_NAMES: Final = {
    "SELECT op_id": "repeated ids",
    "SELECT ident": "registry look-up",
    "INSERT INTO verification_count": "counts",
    "INSERT INTO verification_check": "insert of the checks",
}


class TimedTransaction:
    """A transaction that notes what each statement costs."""

    def __init__(self, inner: Transaction, spent: dict[str, float]) -> None:
        self._inner, self._spent = inner, spent

    async def execute(self, sql: str, *args: Value) -> int:
        begun = time.process_time()
        changed = await self._inner.execute(sql, *args)
        self._note(sql, begun)
        return changed

    async def executemany(self, sql: str, rows: Sequence[Sequence[Value]]) -> None:
        begun = time.process_time()
        await self._inner.executemany(sql, rows)
        self._note(sql, begun)

    async def fetch(self, sql: str, *args: Value) -> list[Row]:
        begun = time.process_time()
        rows = await self._inner.fetch(sql, *args)
        self._note(sql, begun)
        return rows

    def _note(self, sql: str, begun: float) -> None:
        name = next((name for lead, name in _NAMES.items() if sql.startswith(lead)), sql[:40])
        self._spent[f"SQL: {name}"] += time.process_time() - begun


def pending(entries: Sequence[Entry]) -> Iterator[Pending]:
    """Questions of a kiosk, one an invoice, as the route makes them."""
    now = datetime.now(UTC)
    for at, entry in enumerate(entries):
        key = op_id.make(int(time.time() * 1000), secrets.token_bytes(op_id.RANDOM_BYTES))
        payload = write_face(entry.face)
        record = f"A03-{today():%y%m%d}-{at % 9999 + 1:04d}"

        def read(payload: str = payload) -> Reading:
            scanned = qr.read(payload)
            return Reading(claims.from_qr(scanned), scanned.crc)

        question = Question(key, read, (payload,), "kiosk", "A03", record)
        yield Pending(question, payload, today(), now)


def timed(name: str, spent: dict[str, float], work: Callable[[], object], times: int) -> None:
    begun = time.process_time()
    for _ in range(times):
        work()
    spent[name] += (time.process_time() - begun) * BATCH * BATCHES / times


def pure(entries: Sequence[Entry], ring: KeyRing, database: Database) -> dict[str, float]:
    """The stages that touch no database."""
    spent: dict[str, float] = defaultdict(float)
    registry, sealer, now = RegistryStore(database, ring), ring.sealer("bench"), datetime.now(UTC)
    entry, times = entries[0], 4_000
    payload = write_face(entry.face)
    scanned = qr.read(payload)
    claim = claims.from_qr(scanned)
    finding = rules.found(claim, entry)
    outcome = rules.outcome_of(finding, claim, scanned.crc, now)
    plain = sealed_form.encode(sealed_form.claimed(claim), outcome, payload)
    key = "0192f0c1-2345-7abc-8def-0123456789ab"
    blob = sealer.seal(key, plain)
    advice = routes.advice_of(load_texts())["zh_CN"]
    steps: dict[str, Callable[[], object]] = {
        "read the code, make the claim": lambda: claims.from_qr(qr.read(payload)),
        "blind index": lambda: registry.identity(claim.code, claim.number),
        "AES-GCM open": lambda: sealer.open(key, blob),
        "compare": lambda: rules.found(claim, entry),
        "outcome and advice": lambda: rules.outcome_of(finding, claim, scanned.crc, now),
        "encode the record": lambda: sealed_form.encode(
            sealed_form.claimed(claim), outcome, payload
        ),
        "AES-GCM seal": lambda: sealer.seal(key, plain),
        "answer as JSON": lambda: answer_json(outcome, "A03-261124-0001", advice, "", ""),
    }
    for name, work in steps.items():
        timed(name, spent, work, times)
    return spent


async def batches(database: Database, ring: KeyRing, entries: list[Entry]) -> dict[str, float]:
    """Whole batches: what the statements cost, BEGIN and COMMIT, and all of it together."""
    spent: dict[str, float] = defaultdict(float)
    policy = Policy(daily_limit=5)
    store = CheckStore(database, ring, Lookup(RegistryStore(database, ring), policy), policy)
    for at in range(BATCHES):
        items = list(pending(entries[at * BATCH : (at + 1) * BATCH]))
        begun = time.process_time()
        async with database.transaction() as tx:
            entered = time.process_time()
            await store.write(TimedTransaction(tx, spent), items)
            left = time.process_time()
        ended = time.process_time()
        spent["BEGIN and COMMIT (fsync)"] += entered - begun + ended - left
        spent["the batch as a whole"] += ended - begun
    return spent


async def measure(folder: Path) -> None:
    ring = await asyncio.to_thread(KeyRing.create, folder / "keys")
    issued = Issuer(INVOICES * 3, today(), Random(1)).entries()
    entries = [each for each in issued if scannable(each.face)][: BATCH * BATCHES]
    async with database_of(f"sqlite://{folder}/stages.sqlite3") as database:
        await migrate(database)
        registry = RegistryStore(database, ring)
        async with database.transaction() as tx:
            await registry.add(tx, registry.finish(entries))
        begun = time.process_time()
        for _ in range(1_000):
            await database.read("SELECT standing FROM kiosks_kiosk WHERE kiosk = $1", "A03")
        name = (time.process_time() - begun) / 1_000
        spent = pure(entries, ring, database) | await batches(database, ring, entries)
    print(f"{'a read of one row (the name of a kiosk)':42s} {name * 1e6:7.1f} us")
    for stage, seconds in spent.items():
        print(f"{stage:42s} {seconds / BATCH / BATCHES * 1e6:7.1f} us")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="yanpiao-stages-") as place:
        asyncio.run(measure(Path(place)))
