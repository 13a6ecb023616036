from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.db import ConstraintError, Database, DatabaseError, GroupCommit, Transaction
from helpdesk.errors import HelpdeskError


class Ledger:
    """Writes numbers; remembers how the batches fell."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    async def apply(self, tx: Transaction, items: Sequence[int]) -> Sequence[int]:
        self.batches.append(len(items))
        if any(item < 0 for item in items):
            raise HelpdeskError("ledger.negative")
        await tx.executemany("INSERT INTO ledger (number) VALUES ($1)", [(item,) for item in items])
        return [item * 10 for item in items]


async def _prepare(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute("CREATE TABLE ledger (number INT NOT NULL UNIQUE)")


async def _written(database: Database) -> list[int]:
    return [row[0] for row in await database.read("SELECT number FROM ledger ORDER BY number")]


async def test_many_share_a_transaction_and_each_gets_its_own_answer(database: Database) -> None:
    await _prepare(database)
    ledger = Ledger()
    async with GroupCommit(database, ledger.apply) as group:
        answers = await asyncio.gather(*(group.submit(number) for number in range(300)))
    assert answers == [number * 10 for number in range(300)]
    assert await _written(database) == list(range(300))
    assert ledger.batches == [256, 44]


async def test_nobody_is_answered_before_the_commit(database: Database) -> None:
    await _prepare(database)

    async def submit_and_look(group: GroupCommit[int, int], number: int) -> bool:
        await group.submit(number)
        return number in await _written(database)

    async with GroupCommit(database, Ledger().apply) as group:
        assert all(await asyncio.gather(*(submit_and_look(group, n) for n in range(50))))


async def test_one_bad_item_fails_alone(database: Database) -> None:
    await _prepare(database)
    async with GroupCommit(database, Ledger().apply) as group:
        outcomes = await asyncio.gather(
            *(group.submit(number) for number in (1, 2, -3, 2, 4)), return_exceptions=True
        )
    assert outcomes[0] == 10
    assert outcomes[4] == 40
    assert isinstance(outcomes[2], HelpdeskError)
    assert outcomes[2].code == "ledger.negative"
    twos = [outcomes[1], outcomes[3]]
    assert twos[0] == 20
    assert isinstance(twos[1], ConstraintError)
    assert await _written(database) == [1, 2, 4]


async def test_a_waiter_that_leaves_costs_the_others_nothing(database: Database) -> None:
    await _prepare(database)
    async with GroupCommit(database, Ledger().apply) as group:
        tasks = [asyncio.create_task(group.submit(number)) for number in range(20)]
        await asyncio.sleep(0)
        for task in tasks[::3]:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    stayed = [number for number in range(20) if number % 3]
    assert [outcomes[number] for number in stayed] == [number * 10 for number in stayed]
    assert set(stayed) <= set(await _written(database))


@pytest.mark.parametrize("turns", range(0, 40, 3))
async def test_a_cancel_at_any_moment_leaves_the_group_working(
    database: Database, turns: int
) -> None:
    await _prepare(database)
    async with GroupCommit(database, Ledger().apply) as group:
        task = asyncio.create_task(group.submit(1))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert await group.submit(2) == 20
    assert 2 in await _written(database)


async def test_the_end_writes_what_was_submitted(database: Database) -> None:
    await _prepare(database)
    async with GroupCommit(database, Ledger().apply) as group:
        tasks = [asyncio.create_task(group.submit(number)) for number in range(10)]
        await asyncio.sleep(0)
    assert await asyncio.gather(*tasks) == [number * 10 for number in range(10)]
    with pytest.raises(DatabaseError, match=r"db\.closed"):
        await group.submit(11)


async def test_an_end_that_is_cancelled_still_writes(database: Database) -> None:
    await _prepare(database)
    answers: list[asyncio.Task[int]] = []

    async def live() -> None:
        async with GroupCommit(database, Ledger().apply) as group:
            answers.extend(asyncio.create_task(group.submit(number)) for number in range(5))
            await asyncio.sleep(0)

    task = asyncio.create_task(live())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert await asyncio.gather(*answers) == [number * 10 for number in range(5)]
    assert await _written(database) == list(range(5))


async def test_a_wrong_number_of_results_is_nobodys_answer(database: Database) -> None:
    async def apply(_tx: Transaction, _items: Sequence[int]) -> Sequence[int]:
        return []

    async with GroupCommit(database, apply) as group:
        with pytest.raises(HelpdeskError, match=r"db\.batch"):
            await group.submit(1)


async def test_a_failed_commit_is_told_to_all_and_not_tried_again(sqlite_url: str) -> None:
    """Whether it reached the disk is unknown: a second try could say yes to a lost write."""
    database = await Database.open(sqlite_url)
    try:
        async with database.transaction() as tx:
            await tx.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        tries = 0

        async def apply(tx: Transaction, items: Sequence[int]) -> Sequence[int]:
            nonlocal tries
            tries += 1
            await tx.executemany("INSERT INTO parent VALUES ($1)", [(item,) for item in items])
            if tries == 1:
                # A connection that dies between the last write and its COMMIT.
                raw = database.writer._connection
                await raw._execute(raw._conn.close)
            return list(items)

        async with GroupCommit(database, apply) as group:
            outcomes = await asyncio.gather(
                group.submit(1), group.submit(2), return_exceptions=True
            )
            assert all(isinstance(outcome, DatabaseError) for outcome in outcomes), outcomes
            assert tries == 1
            assert await group.submit(3) == 3, "the connection was opened again"
        assert await database.read("SELECT id FROM parent") == [(3,)]
    finally:
        await database.close()


@settings(max_examples=25)
@given(plan=st.lists(st.tuples(st.integers(-2, 12), st.booleans(), st.integers(0, 3)), max_size=24))
def test_every_answer_is_true(
    plan: list[tuple[int, bool, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Answered: written once. Refused: not written by this call. Whatever the order and cancels."""
    path = tmp_path_factory.mktemp("group") / "db.sqlite3"
    asyncio.run(_play(f"sqlite://{path}", plan))


async def _play(url: str, plan: list[tuple[int, bool, int]]) -> None:
    database = await Database.open(url)
    try:
        await _prepare(database)
        tasks: list[asyncio.Task[int]] = []
        async with GroupCommit(database, Ledger().apply, max_items=5) as group:
            for number, leave, turns in plan:
                tasks.append(asyncio.create_task(group.submit(number)))
                for _ in range(turns):
                    await asyncio.sleep(0)
                if leave:
                    tasks[-1].cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        written = await _written(database)
    finally:
        await database.close()
    for number in {number for number, *_ in plan}:
        mine = [outcome for (n, *_), outcome in zip(plan, outcomes, strict=True) if n == number]
        answered = [outcome for outcome in mine if outcome == number * 10]
        assert len(answered) <= 1, "only one of two equal numbers can be written"
        assert not answered or number in written
        if number >= 0 and not any(isinstance(each, asyncio.CancelledError) for each in mine):
            assert len(answered) == 1


class Unreachable(Database):
    """Begins so many transactions, then none."""

    begins = 0
    asked = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        self.asked += 1
        if self.asked > self.begins:
            raise DatabaseError("db.unavailable")
        async with super().transaction() as tx:
            yield tx


@pytest.mark.parametrize("begins", [0, 1, 2])
async def test_a_database_that_is_gone_is_not_asked_for_each_item(
    sqlite_url: str, begins: int
) -> None:
    database = await Unreachable.open(sqlite_url)
    try:
        database.begins = 1
        await _prepare(database)
        database.begins, database.asked = begins, 0
        async with GroupCommit(database, Ledger().apply) as group:
            outcomes = await asyncio.gather(
                *(group.submit(number) for number in (1, -2, 3, 4)), return_exceptions=True
            )
        assert database.asked == begins + 1
        assert await _written(database) == ([1] if begins == 2 else [])
    finally:
        await database.close()
    gone = [getattr(outcome, "code", "") == "db.unavailable" for outcome in outcomes]
    assert gone == [begins < 2, True, True, True]
