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

from benchmarks.verify.peer_check import Answer, Finding, Question, answered, kept, reopened
from helpdesk.registry.sealed_form import decode

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from helpdesk.registry.columns import Entry
    from helpdesk.security import KeyRing
    from invoices.rules import Policy

Pending = tuple[Question, Finding]

INVOICES: Final = "registry_invoice"
CHECKS: Final = "verification_check"
READERS: Final = 10
BATCH: Final = 256
LINGER: Final = 0.001
"""Seconds that a batch waits for company under load, as ours does."""

METADATA: Final = sa.MetaData()
INVOICE: Final = sa.Table(
    INVOICES,
    METADATA,
    sa.Column("identity", sa.String(32), primary_key=True),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)
CHECK: Final = sa.Table(
    CHECKS,
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
KNOWN: Final = sa.select(CHECK.c.op_id, CHECK.c.digest, CHECK.c.sealed).where(
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
            path,
            pool_size=READERS,
            max_overflow=0,
            pool_use_lifo=True,
            # There is no transaction to roll back when a connection returns.
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
            pool_reset_on_return=None,
        )
        self._writing = _engine(path, pool_size=1, max_overflow=0)
        sa.event.listen(self._writing.sync_engine, "begin", _begin_immediate)
        self._invoices = ring.sealer(INVOICES)
        self._checks = ring.sealer(CHECKS)
        self._policy = policy
        self._waiting: asyncio.Queue[tuple[Pending, asyncio.Future[Answer]]] = asyncio.Queue()

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

    async def submit(self, question: Question, finding: Finding) -> Answer:
        """Write a check; returns when it is on the disk."""
        done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait(((question, finding), done))
        return await done

    async def _write_batches(self) -> None:
        alone = True
        while True:
            batch = [await self._waiting.get()]
            if not alone:
                await asyncio.sleep(LINGER)
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            alone = len(batch) == 1
            try:
                async with self._writing.begin() as connection:
                    answers = await self._write(connection, [pending for pending, _ in batch])
            except sa.exc.SQLAlchemyError as error:
                for _, done in batch:
                    done.set_exception(error)
            else:
                for (question, _), done in batch:
                    if not done.done():
                        done.set_result(answers[question.op_id])

    async def _write(
        self, connection: AsyncConnection, batch: Sequence[Pending]
    ) -> dict[str, Answer]:
        new = {pending[0].op_id: pending for pending in batch}
        answers = {}
        for row in await connection.execute(KNOWN, {"wanted": list(new)}):
            answers[row.op_id] = reopened(self._checks.open(row.op_id, row.sealed), row.digest)
            del new[row.op_id]
        counts = await self._counted(connection, list(new.values()))
        rows = []
        for op_id, (question, finding) in new.items():
            cell = _cell(question)
            before = counts[cell]
            if finding.counted:
                counts[cell] += 1
            answers[op_id] = answer = answered(question, finding, before, self._policy)
            rows.append(self._row(question, answer))
        if rows:
            await connection.execute(WRITE, rows)
        return answers

    async def _counted(self, connection: AsyncConnection, batch: Sequence[Pending]) -> Counter[str]:
        """Counts of before; the new ones are added. Nobody else writes meanwhile."""
        adding = Counter(_cell(question) for question, finding in batch if finding.counted)
        counts: Counter[str] = Counter()
        if adding:
            for row in await connection.execute(COUNTED, {"wanted": list(adding)}):
                counts[row.cell] = row.checks
            more = [{"cell": cell, "checks": checks} for cell, checks in adding.items()]
            await connection.execute(ADD, more)
        return counts

    def _row(self, question: Question, answer: Answer) -> dict[str, Any]:
        return {
            "op_id": question.op_id,
            "digest": question.digest,
            "identity": question.identity,
            "day": question.day.isoformat(),
            "channel": "kiosk",
            "verdict": answer.verdict.value,
            "state": None if answer.state is None else answer.state.value,
            "record": question.record,
            "at_ms": int(question.at.timestamp() * 1000),
            "sealed": self._checks.seal(question.op_id, kept(question, answer)),
        }


def _cell(question: Question) -> str:
    return f"{question.day.isoformat()}|kiosk|{question.identity}"


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
