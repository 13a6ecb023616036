"""The journal: contiguous, chained, beside its rows, and unmoved by clocks."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.wire import journal_form
from helpdesk.wire.check_entry import CheckPayload, check_of
from helpdesk.wire.journal_form import Entry
from helpdesk.wire.journal_kinds import KINDS
from invoices.check import Check
from invoices.verdict import Verdict
from kiosk.db.database import Database
from kiosk.db.migration import migrate, shipped
from kiosk.db.port import StoreError
from kiosk.db.sqlite import SqliteConnection
from kiosk.journal.boot import UNKNOWN_BOOT, this_boot
from kiosk.policy import Policy
from tests.kiosk.stand_ins import (
    CANARY_NUMBER,
    HandClock,
    bare,
    counted_bytes,
    matched,
    new_check,
    op,
    opened,
)


async def written(database: Database) -> tuple[Entry, ...]:
    """All entries, the chain over them proved."""
    position = await database.outbox.position()
    entries = await database.outbox.after(position, position.base.seq, limit=10_000)
    heads = journal_form.chain(position.base, entries)
    assert (position.base, *heads)[-1] == position.head
    return entries


def said(entry: Entry) -> Check:
    payload = KINDS.read(entry.header.kind, entry.plaintext or b"")
    assert isinstance(payload, CheckPayload)
    return check_of(payload, "", entry.header.at)


async def test_an_entry_says_what_its_row_says(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        check = await database.checks.add(new_check("a"))
        await database.checks.add(new_check("b", bare(Verdict.UNAVAILABLE)))
        first, second = await written(database)
    assert (said(first).record, said(first).token) == (check.record, check.token)
    assert said(first).claim == check.claim
    assert said(first).outcome.state is check.outcome.state
    assert said(second).outcome.verdict is Verdict.UNAVAILABLE
    assert [entry.header.op_id.hex() for entry in (first, second)] == [
        op(name).replace("-", "") for name in "ab"
    ]
    assert CANARY_NUMBER.encode() not in (tmp_path / "kiosk.db").read_bytes()


async def test_a_row_whose_entry_fails_is_not_there_either(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        await database.checks.add(new_check("a"))
        async with database.connection.transaction() as tx:
            await tx.execute(
                "CREATE TRIGGER full BEFORE INSERT ON journal_entries "
                "BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        with pytest.raises(StoreError):
            await database.checks.add(new_check("b"))
        assert await database.connection.fetch("SELECT COUNT(*) FROM checks") == [(1,)]
        assert len(await written(database)) == 1


@given(jumps=st.lists(st.floats(-4e8, 4e8), min_size=1, max_size=12))
async def test_no_clock_moves_the_order(
    tmp_path_factory: pytest.TempPathFactory, jumps: list[float]
) -> None:
    folder, clock = tmp_path_factory.mktemp("kiosk"), HandClock()
    for at, jump in enumerate(jumps):
        clock.at = max(clock.at + timedelta(seconds=jump), datetime(1970, 1, 1, tzinfo=UTC))
        async with opened(folder, clock=clock, seed=at) as database:
            await database.checks.add(new_check(f"op-{at}"))
            entries = await written(database)
    assert [entry.header.seq for entry in entries] == list(range(1, len(jumps) + 1))
    hybrid = [entry.header.hlc for entry in entries]
    assert hybrid == sorted(set(hybrid))


async def test_a_clock_that_went_back_is_suspect_until_it_is_right(tmp_path: Path) -> None:
    clock = HandClock()
    async with opened(tmp_path, clock=clock) as database:
        await database.checks.add(new_check("a"))
        clock.move(-3600)
        await database.checks.add(new_check("b"))
        async with database.connection.transaction() as tx:
            await database.timekeeper.hear(tx, clock.now())
        await database.checks.add(new_check("c"))
        async with database.connection.transaction() as tx:
            await database.timekeeper.hear(tx, clock.now() + timedelta(seconds=121))
        await database.checks.add(new_check("d"))
        flags = [entry.header.clock_suspect for entry in await written(database)]
    assert flags == [None, True, None, True]


@pytest.mark.parametrize("contact", [True, False])
async def test_a_clock_that_jumped_ahead_once_does_not_make_all_that_follows_suspect(
    tmp_path: Path, contact: bool
) -> None:
    clock = HandClock()
    async with opened(tmp_path, clock=clock) as database:
        if contact:
            async with database.connection.transaction() as tx:
                await database.timekeeper.hear(tx, clock.now())
        await database.checks.add(new_check("a"))
        steady = clock.monotonic()
        clock.monotonic = lambda: steady  # type: ignore[method-assign]
        clock.at += timedelta(days=400)
        await database.checks.add(new_check("b"))
        clock.at -= timedelta(days=400)
        if not contact:
            # Nobody could know better then; the first contact after it puts it right.
            async with database.connection.transaction() as tx:
                await database.timekeeper.hear(tx, clock.now())
        await database.checks.add(new_check("c"))
        flags = [entry.header.clock_suspect for entry in await written(database)]
    assert flags == [None, True if contact else None, None]


async def test_the_servers_last_time_outlives_the_process(tmp_path: Path) -> None:
    clock = HandClock()
    said = clock.now() + timedelta(days=3)
    async with opened(tmp_path, clock=clock) as database:
        assert database.timekeeper.server_at is None
        async with database.connection.transaction() as tx:
            await database.timekeeper.hear(tx, said)
        assert database.timekeeper.server_at == said
    async with opened(tmp_path, clock=clock) as database:
        assert database.timekeeper.server_at == said


async def test_a_server_a_little_ahead_makes_nobody_suspect(tmp_path: Path) -> None:
    clock = HandClock()
    async with opened(tmp_path, clock=clock) as database:
        async with database.connection.transaction() as tx:
            await database.timekeeper.hear(tx, clock.now() + timedelta(seconds=30))
        await database.checks.add(new_check("a"))
        (entry,) = await written(database)
    assert entry.header.clock_suspect is None
    assert entry.header.hlc >> 16 >= int((clock.now().timestamp() + 30) * 1000)


_OLD_COLUMNS = 12
_OLD_ROW = "INSERT INTO checks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def removed(folder: Path) -> None:
    for path in folder.glob("kiosk.db*"):
        path.unlink()


async def before_there_was_a_journal(folder: Path) -> None:
    """A database of the first version, with checks in it."""
    async with opened(folder) as database:
        for at in range(5):
            await database.checks.add(new_check(f"op-{at}"))
        await database.checks.add(new_check("kept", bare(Verdict.UNAVAILABLE)))
        rows = await database.connection.fetch("SELECT * FROM checks")
    await asyncio.to_thread(removed, folder)
    connection = SqliteConnection(folder / "kiosk.db")
    await connection.open()
    await migrate(connection, (await asyncio.to_thread(shipped))[:1])
    async with connection.transaction() as tx:
        for row in rows:
            await tx.execute(_OLD_ROW, *row[:_OLD_COLUMNS])
        await tx.execute("UPDATE checks SET payload = x'00' WHERE seq = 2")
        await tx.execute("INSERT INTO record_counters VALUES ('A03', '2026-11-24', 6)")
    await connection.close()


async def test_checks_of_before_get_their_entries_once(tmp_path: Path) -> None:
    await before_there_was_a_journal(tmp_path)
    for _ in range(2):
        async with opened(tmp_path, seed=3) as database:
            entries = await written(database)
    records = [said(entry).record for entry in entries]
    assert records == [f"A03-261124-000{at}" for at in (1, 3, 4, 5, 6)]
    assert {entry.header.boot_id for entry in entries} == {UNKNOWN_BOOT}
    async with opened(tmp_path, seed=4) as database:
        new = await database.checks.add(new_check("new"))
        assert (await written(database))[-1].header.seq == 6
        assert [kept.op_id for kept in await database.checks.kept()] == [op("kept")]
        assert await database.checks.complete(op("kept"), matched(), HandClock().now())
        summary = await database.checks.summary("A03-261124-0002")
        completed = await database.checks.summary("A03-261124-0006")
    assert new.record == "A03-261124-0007"
    assert summary is not None, "what cannot be opened stays readable as far as it was"
    assert summary.told == replace(matched().told, as_of=summary.at), "it was the server's, then"
    assert completed is not None
    assert completed.told == matched().told


async def test_a_damaged_content_is_sent_as_erased_and_the_chain_holds(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        await database.checks.add(new_check("a"))
        await database.checks.add(new_check("b"))
        async with database.connection.transaction() as tx:
            await tx.execute(
                "UPDATE journal_entries SET sealed = (SELECT sealed FROM journal_entries "
                "WHERE seq = 2) WHERE seq = 1"
            )
        first, second = await written(database)
    assert (first.salt, first.plaintext) == (None, None)
    assert second.plaintext


def test_each_boot_has_its_id(tmp_path: Path) -> None:
    kernel = tmp_path / "boot_id"
    kernel.write_text("0a1b2c3d-0000-4000-8000-0123456789ab\n")
    assert this_boot(counted_bytes(), kernel).boot_id.hex() == "0a1b2c3d0000400080000123456789ab"
    random = counted_bytes()
    assert this_boot(random, tmp_path / "none") != this_boot(random, tmp_path / "none")


@pytest.mark.parametrize(
    "policy", [Policy(entry_beside_row=False), Policy(told_only_when_saved=False)]
)
async def test_broken_rules_lose_what_was_told(tmp_path: Path, policy: Policy) -> None:
    async with opened(tmp_path, policy=policy) as database:
        async with database.connection.transaction() as tx:
            await tx.execute(
                "CREATE TRIGGER full BEFORE INSERT ON journal_entries "
                "BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        told = []
        try:
            told.append(await database.checks.add(new_check("a")))
        except StoreError:
            assert not policy.entry_beside_row
        rows = (await database.connection.fetch("SELECT COUNT(*) FROM checks"))[0][0]
        assert (len(told), rows, len(await written(database))) in {(1, 0, 0), (0, 1, 0)}


def test_the_journal_is_a_strict_table(tmp_path: Path) -> None:
    raw = sqlite3.connect(":memory:")
    for migration in shipped():
        for statement in migration.statements:
            raw.execute(statement)
    tables = raw.execute("SELECT name FROM pragma_table_list WHERE strict = 0 AND schema = 'main'")
    assert {row[0] for row in tables} <= {"sqlite_schema"}
    raw.close()
