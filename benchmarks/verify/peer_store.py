"""The peer's database: SQLAlchemy Core on aiosqlite, as durable as ours and as much batched.

Core and not ORM objects, statements made once, one connection that writes and a pool that
reads without transactions: the quickest we found SQLAlchemy to be here.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from helpdesk.registry.columns import Entry
from helpdesk.registry.sealed_form import decode
from helpdesk.registry.store import TABLE as REGISTRY
from helpdesk.verification import rules, sealed_form
from helpdesk.verification.store import TABLE, Pending, Recorded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from helpdesk.security import KeyRing
    from invoices.rules import Policy

READERS: Final = 4
BATCH: Final = 256

METADATA: Final = sa.MetaData()
INVOICE: Final = sa.Table(
    "registry_invoice",
    METADATA,
    sa.Column("identity", sa.String(32), primary_key=True),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)
CHECK: Final = sa.Table(
    "verification_check",
    METADATA,
    sa.Column("op_id", sa.String(36), primary_key=True),
    sa.Column("digest", sa.String(32), nullable=False),
    sa.Column("identity", sa.String(32), index=True),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("channel", sa.String(12), nullable=False),
    sa.Column("verdict", sa.String(12), nullable=False),
    sa.Column("state", sa.String(12)),
    sa.Column("record", sa.String(32), nullable=False, index=True),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)
COUNT: Final = sa.Table(
    "verification_count",
    METADATA,
    sa.Column("cell", sa.String(64), primary_key=True),
    sa.Column("checks", sa.Integer, nullable=False),
)

FIND: Final = sa.select(INVOICE.c.state, INVOICE.c.sealed).where(
    INVOICE.c.identity == sa.bindparam("wanted")
)
KNOWN: Final = sa.select(CHECK.c.op_id, CHECK.c.digest, CHECK.c.record, CHECK.c.sealed).where(
    CHECK.c.op_id.in_(sa.bindparam("wanted", expanding=True))
)
COUNTED: Final = sa.select(COUNT.c.cell, COUNT.c.checks).where(
    COUNT.c.cell.in_(sa.bindparam("wanted", expanding=True))
)
_ADD = insert(COUNT)
ADD: Final = _ADD.on_conflict_do_update(
    index_elements=[COUNT.c.cell], set_={"checks": COUNT.c.checks + _ADD.excluded.checks}
)
WRITE: Final = sa.insert(CHECK)


def _engine(path: Path, **options: Any) -> AsyncEngine:
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", **options)

    @sa.event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # BEGIN is ours to say
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()
        connection.execute("PRAGMA busy_timeout=5000").close()
        connection.execute("PRAGMA journal_size_limit=67108864").close()

    return engine


class PeerStore:
    """Finds invoices, and writes checks by group commit."""

    def __init__(self, path: Path, ring: KeyRing, policy: Policy) -> None:
        self._reading = _engine(
            path, pool_size=READERS, max_overflow=0, isolation_level="AUTOCOMMIT"
        )
        self._writing = _engine(path, pool_size=1, max_overflow=0)
        sa.event.listen(self._writing.sync_engine, "begin", _begin_immediate)
        self._invoices = ring.sealer(REGISTRY)
        self._checks = ring.sealer(TABLE)
        self._policy = policy
        self._waiting: asyncio.Queue[tuple[Pending, asyncio.Future[Recorded]]] = asyncio.Queue()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """The tables, and the task that writes."""
        async with self._writing.begin() as connection:
            await connection.run_sync(METADATA.create_all)
        writer = asyncio.create_task(self._write_batches())
        try:
            yield
        finally:
            writer.cancel()
            await asyncio.wait({writer})
            await self._reading.dispose()
            await self._writing.dispose()

    async def find(self, identity: str) -> Entry | None:
        """The entry of a blind index."""
        async with self._reading.connect() as connection:
            row = (await connection.execute(FIND, {"wanted": identity})).first()
        return None if row is None else decode(self._invoices.open(identity, row.sealed))

    async def submit(self, item: Pending) -> Recorded:
        """Write a check; returns when it is on the disk."""
        done: asyncio.Future[Recorded] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((item, done))
        return await done

    async def _write_batches(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            try:
                async with self._writing.begin() as connection:
                    answers = await self._write(connection, [item for item, _ in batch])
            except sa.exc.SQLAlchemyError as error:
                for _, done in batch:
                    done.set_exception(error)
            else:
                for item, done in batch:
                    if not done.done():
                        done.set_result(answers[item.op_id])

    async def _write(
        self, connection: AsyncConnection, items: Sequence[Pending]
    ) -> dict[str, Recorded]:
        new = {item.op_id: item for item in items}
        answers = {}
        for row in await connection.execute(KNOWN, {"wanted": list(new)}):
            outcome = sealed_form.outcome_of(self._checks.open(row.op_id, row.sealed))
            answers[row.op_id] = Recorded(outcome, row.record, row.digest, repeated=True)
            del new[row.op_id]
        counts = await self._counts(connection, list(new.values()))
        rows = []
        for op_id, item in new.items():
            answers[op_id] = answer = self._answered(item, counts)
            rows.append(self._row(item, answer))
        if rows:
            await connection.execute(WRITE, rows)
        return answers

    async def _counts(
        self, connection: AsyncConnection, items: Sequence[Pending]
    ) -> dict[str, int]:
        """Counts of before; the new ones are added. Nobody else writes meanwhile."""
        adding = Counter(item.cell for item in items if item.counted)
        if not adding:
            return {}
        counts = dict.fromkeys(adding, 0)
        for row in await connection.execute(COUNTED, {"wanted": list(adding)}):
            counts[row.cell] = row.checks
        await connection.execute(
            ADD, [{"cell": cell, "checks": more} for cell, more in adding.items()]
        )
        return counts

    def _answered(self, item: Pending, counts: dict[str, int]) -> Recorded:
        finding = item.finding
        if item.counted:
            counts[item.cell] += 1
            finding = rules.exhausted(finding, counts[item.cell], self._policy)
        return Recorded(
            rules.outcome_of(finding, item.claim, item.crc, item.at), item.record, item.digest
        )

    def _row(self, item: Pending, answer: Recorded) -> dict[str, Any]:
        outcome = answer.outcome
        sealed = self._checks.seal(item.op_id, sealed_form.encode(item.claim, outcome))
        return {
            "op_id": item.op_id,
            "digest": item.digest,
            "identity": item.identity,
            "day": item.day.isoformat(),
            "channel": item.channel,
            "verdict": outcome.verdict.value,
            "state": None if outcome.state is None else outcome.state.value,
            "record": answer.record,
            "at_ms": int(item.at.timestamp() * 1000),
            "sealed": sealed,
        }


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
