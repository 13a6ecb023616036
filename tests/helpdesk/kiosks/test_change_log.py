from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.kiosks.change_log import ChangeLog
from helpdesk.kiosks.errors import KiosksError
from helpdesk.wire import sync
from helpdesk.wire.sync import Change
from tests.helpdesk.kiosks.room import Centre


async def put(centre: Centre, key: str, value: dict[str, Any] | None, audience: str = "") -> bool:
    async with centre.database.transaction() as tx:
        return await centre.bureau.changes.publish(tx, "notice", key, value, audience)


async def pulled(log: ChangeLog, cursor: str = "", who: str = "A01", limit: int = 500) -> Any:
    state: dict[str, Any] = {}
    while True:
        found = await log.after(cursor, limit, who)
        for change in found.changes:
            state[change.key] = change.value
        cursor = found.cursor
        if not found.more:
            return state, cursor


async def test_what_holds_and_what_came_after(centre: Centre) -> None:
    log = centre.bureau.changes
    assert (await log.after("", 10, "A01")).cursor == ""
    assert await put(centre, "a", {"n": 1})
    assert not await put(centre, "a", {"n": 1}), "the same is no change"
    state, cursor = await pulled(log)
    assert state == {"a": {"n": 1}}
    await put(centre, "b", {"n": 2})
    await put(centre, "a", None)
    assert not await put(centre, "c", None), "there was none"
    assert await pulled(log, cursor) == ({"b": {"n": 2}, "a": None}, (await pulled(log))[1])
    first = await log.after("", 1, "A01")
    assert (first.more, first.changes) == (True, (Change(topic="notice", key="a", value={"n": 1}),))


async def test_some_changes_are_for_one_kiosk(centre: Centre) -> None:
    await put(centre, "a", {"n": 1}, "A01")
    await put(centre, "b", {"n": 2}, "A02")
    assert (await pulled(centre.bureau.changes, who="A01"))[0] == {"a": {"n": 1}}


async def test_a_cursor_of_another_log_is_told_so(centre: Centre) -> None:
    log = centre.bureau.changes
    await put(centre, "a", {"n": 1})
    _, cursor = await pulled(log)
    async with centre.database.transaction() as tx:
        await tx.execute("DELETE FROM kiosks_change")
        await tx.execute("UPDATE kiosks_change_head SET position = 0")
    with pytest.raises(KiosksError, match=r"sync\.must_refetch"):
        await log.after(cursor, 10, "A01")
    await put(centre, "b", {"n": 2})
    for wrong in (cursor, "AAAA", "A", "!", "A" * 64):
        with pytest.raises(KiosksError, match=r"sync\.must_refetch"):
            await log.after(wrong, 10, "A01")


async def test_trimming_keeps_what_holds_and_ends_old_cursors(centre: Centre) -> None:
    log = centre.bureau.changes
    await put(centre, "kept", {"n": 0})
    _, old = await pulled(log)
    await put(centre, "a", {"n": 1})
    await put(centre, "a", {"n": 2})
    await put(centre, "gone", {"n": 3})
    await put(centre, "gone", None)
    _, fresh = await pulled(log)
    await put(centre, "new", {"n": 4})
    _, newest = await pulled(log)
    centre.clock.pass_(days=40)
    assert await log.trim(timedelta(days=35)) == 3
    assert await log.trim(timedelta(days=35)) == 0
    assert (await pulled(log))[0] == {"kept": {"n": 0}, "a": {"n": 2}, "new": {"n": 4}}
    assert (await pulled(log, newest))[0] == {}
    for cursor in (old, fresh):
        with pytest.raises(KiosksError, match=r"sync\.must_refetch"):
            await log.after(cursor, 10, "A01")


async def test_everything_can_be_fetched_in_pages_after_a_trimming(centre: Centre) -> None:
    log = centre.bureau.changes
    for name in "abcdef":
        await put(centre, name, {"n": 0})
    await put(centre, "gone", {"n": 1})
    await put(centre, "gone", None)
    centre.clock.pass_(days=40)
    assert await log.trim(timedelta(days=35)) == 2
    first = await log.after("", 2, "A01")
    state, cursor = await pulled(log, first.cursor, limit=2)
    assert sorted(state) == ["c", "d", "e", "f"]
    assert await pulled(log, cursor) == ({}, cursor), "and that is where one goes on from"
    await put(centre, "f", None)
    centre.clock.pass_(days=40)
    assert await log.trim(timedelta(days=35)) == 2
    with pytest.raises(KiosksError, match=r"sync\.must_refetch"):
        await log.after(first.cursor, 2, "A01")


def give_up(chance: random.Random) -> None:
    if chance.random() < 0.3:
        raise asyncio.CancelledError


@pytest.mark.parametrize("seed", range(3))
async def test_no_reader_passes_a_change_that_commits_later(centre: Centre, seed: int) -> None:
    """Writers that take their time and sometimes give up; a reader that never goes back."""
    chance = random.Random(seed)
    log = centre.bureau.changes
    published: dict[str, Any] = {}
    writing = True

    async def write(name: str) -> None:
        for number in range(8):
            key, value = f"{name}{number % 4}", {"n": number}
            try:
                async with centre.database.transaction() as tx:
                    await log.publish(tx, "notice", key, value)
                    for _ in range(chance.randrange(6)):
                        await asyncio.sleep(0)
                    give_up(chance)
            except asyncio.CancelledError:
                continue
            published[key] = value

    async def read() -> dict[str, Any]:
        state: dict[str, Any] = {}
        cursor = ""
        while True:
            last = not writing
            found = await log.after(cursor, chance.randint(1, 5), "A01")
            state |= {change.key: change.value for change in found.changes}
            cursor = found.cursor
            if last and not found.more:
                return state
            await asyncio.sleep(0)

    reader = asyncio.create_task(read())
    await asyncio.gather(*(write(name) for name in "abc"))
    writing = False
    assert await reader == published


async def test_a_page_is_no_longer_than_a_kiosk_reads(centre: Centre) -> None:
    log, part = centre.bureau.changes, "x" * (sync.VALUE_LENGTH // 2)
    async with centre.database.transaction() as tx:
        for number in range(3):
            await log.publish(tx, "notice", str(number), {"text": part})
        with pytest.raises(KiosksError, match=r"sync\.value"):
            await log.publish(tx, "notice", "long", {"text": part * 2})
    keys, cursor, more = [], "", True
    while more:
        found = await log.after(cursor, 200, "A01")
        assert sum(len(change.model_dump_json()) for change in found.changes) <= sync.ANSWER_LENGTH
        keys.append([change.key for change in found.changes])
        cursor, more = found.cursor, found.more
    assert keys == [["0"], ["1"], ["2"]]


async def test_the_noticeboard_tells_only_what_changed(centre: Centre) -> None:
    board = centre.bureau.noticeboard
    for _ in range(3):
        await board.refresh()
        centre.clock.pass_(minutes=5)
    rows = await centre.rows("SELECT topic FROM kiosks_change ORDER BY position")
    assert rows == [("centre",), ("rules",), ("site",)]
