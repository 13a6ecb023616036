from __future__ import annotations

import asyncio
import errno
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from invoices.verdict import State, Verdict
from kiosk.db.ownership import Ownership
from kiosk.db.port import StoreError
from kiosk.key_file import KeyFileError
from kiosk.sealing import SealError
from tests.kiosk.stand_ins import (
    CANARY_NAME,
    CANARY_NUMBER,
    NOW,
    bare,
    claim,
    matched,
    new_check,
    op,
    opened,
)

DAY = date(2026, 11, 24)


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(folder / "kiosk.db") as raw:
        found = raw.execute(sql).fetchall()
    raw.close()
    return found


def files_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("kiosk.db*")))


async def test_a_check_comes_back_as_it_went_in(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        check = await database.checks.add(new_check("op-1"))
        assert check.record == "A03-261124-0001"
        assert check.claim == claim()
        assert await database.checks.find(check.record) == check
        assert await database.checks.find("A03-261124-0002") is None


async def test_numbers_count_by_day_and_seq_has_no_gaps(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        for at, day in enumerate([DAY, DAY, date(2026, 11, 25), DAY]):
            await database.checks.add(new_check(f"op-{at}", day=day))
    async with opened(tmp_path) as database:
        await database.checks.add(new_check("op-again"))
    assert rows(tmp_path, "SELECT seq, record FROM checks ORDER BY seq") == [
        (1, "A03-261124-0001"),
        (2, "A03-261124-0002"),
        (3, "A03-261125-0001"),
        (4, "A03-261124-0003"),
        (5, "A03-261124-0004"),
    ]


async def test_checks_at_once_never_share_a_number(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        made = await asyncio.gather(
            *(database.checks.add(new_check(f"op-{at}")) for at in range(20))
        )
    assert len({check.record for check in made}) == 20


async def test_one_operation_has_one_entry(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        await database.checks.add(new_check("op-1"))
        with pytest.raises(StoreError) as caught:
            await database.checks.add(new_check("op-1"))
        assert caught.value.code == "store.conflict"
        check = await database.checks.add(new_check("op-2"))
    assert check.record == "A03-261124-0002"


async def test_the_same_invoice_is_counted_within_its_day(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        await database.checks.add(new_check("op-1"))
        await database.checks.add(new_check("op-2", number="11112222"))
        await database.checks.add(new_check("op-3"))
        await database.checks.add(new_check("op-4", day=date(2026, 11, 25)))
        tally = await database.checks.tally(DAY)
    assert rows(tmp_path, "SELECT nth FROM checks ORDER BY seq") == [(1,), (1,), (2,), (1,)]
    assert (tally.today, tally.kept) == (3, 0)


async def test_a_kept_check_is_completed_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        book = database.checks
        check = await book.add(new_check("op-1", bare(Verdict.UNAVAILABLE)))
        assert [kept.op_id for kept in await book.kept()] == [op("op-1")]
        assert await book.complete(op("op-1"), matched(State.VOIDED), NOW)
        assert not await book.complete(op("op-1"), matched(), NOW)
        assert not await book.complete(op("op-unknown"), matched(), NOW)
        found = await book.find(check.record)
        summary = await book.summary(check.record)
        assert await book.kept() == []
    assert found is not None
    assert found.outcome == matched(State.VOIDED)
    assert (found.token, found.claim, found.at) == (check.token, check.claim, check.at)
    assert summary is not None
    assert summary.told == matched(State.VOIDED).told


async def test_nothing_sensitive_lies_in_the_clear(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        check = await database.checks.add(new_check("op-1"))
        left = await asyncio.to_thread(files_of, tmp_path)
    assert check.record.encode() in left
    for secret in (CANARY_NUMBER, CANARY_NAME, "011002600111", "479666", check.token, "10350"):
        assert secret.encode() not in left


async def test_a_row_moved_to_another_place_does_not_open(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        first = await database.checks.add(new_check("op-1", bare(Verdict.UNAVAILABLE)))
        await database.checks.add(new_check("op-2", bare(Verdict.UNAVAILABLE)))
        async with database.connection.transaction() as tx:
            await tx.execute(
                "UPDATE checks SET payload = (SELECT payload FROM checks WHERE seq = 2) "
                "WHERE seq = 1"
            )
        with pytest.raises(SealError):
            await database.checks.find(first.record)
        assert [kept.op_id for kept in await database.checks.kept()] == [op("op-2")]
        assert await database.checks.summary(first.record) is not None


async def test_a_lost_key_is_never_replaced_beside_data(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        await database.checks.add(new_check("op-1"))
    (tmp_path / "kiosk.key").rename(tmp_path / "elsewhere")
    with pytest.raises(KeyFileError) as caught:
        async with opened(tmp_path):
            pass
    assert caught.value.code == "key.missing"
    (tmp_path / "elsewhere").rename(tmp_path / "kiosk.key")
    (tmp_path / "kiosk.key").chmod(0o640)
    with pytest.raises(KeyFileError) as caught:
        async with opened(tmp_path):
            pass
    assert caught.value.code == "key.exposed"


async def test_a_key_that_cannot_be_made_is_told_by_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr("kiosk.key_file.os.fsync", full)
    with pytest.raises(KeyFileError) as caught:
        async with opened(tmp_path):
            pass
    assert caught.value.code == "key.unwritable"


async def test_key_and_database_are_their_owners_alone(tmp_path: Path) -> None:
    async with opened(tmp_path):
        modes = {(tmp_path / name).stat().st_mode & 0o777 for name in ("kiosk.key", "kiosk.db")}
    assert modes == {0o600}


def test_a_second_owner_is_told_whom_to_ask(tmp_path: Path) -> None:
    socket = tmp_path / "control.sock"
    first = Ownership(tmp_path, socket)
    with pytest.raises(StoreError) as caught:
        Ownership(tmp_path, socket)
    assert caught.value.code == "store.owned"
    assert caught.value.params == {"socket": str(socket)}
    first.release()
    Ownership(tmp_path, socket).release()


async def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as database, database.connection.transaction() as tx:
        await tx.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError) as caught:
        async with opened(tmp_path):
            pass
    assert caught.value.code == "store.newer"


async def test_commits_are_synced(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        assert await database.connection.fetch("PRAGMA synchronous") == [(2,)]
        assert await database.connection.fetch("PRAGMA journal_mode") == [("wal",)]
