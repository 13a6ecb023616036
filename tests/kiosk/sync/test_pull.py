"""Pull: the replica is the old state or the new one, never a mixture."""

from __future__ import annotations

import asyncio
from pathlib import Path

from helpdesk.wire.sync import Change
from kiosk.sync.pull import Values
from kiosk.transport import Fields, Reply
from tests.kiosk.sync.room import Kiosk, kiosk_of
from tests.kiosk.sync.server_stand_in import problem


def change(key: str, text: str | None) -> Change:
    return Change(topic="notice", key=key, value=None if text is None else {"text": text})


async def known(kiosk: Kiosk) -> dict[str, str]:
    return {key: value["text"] for key, value in (await kiosk.pull.values("notice")).items()}


async def test_changes_arrive_in_their_order_and_their_followers_hear(tmp_path: Path) -> None:
    heard: list[Values] = []

    async def follower(values: Values) -> None:
        heard.append(values)

    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        kiosk.pull.follow("notice", follower)
        kiosk.centre.changes = [change("a", "1"), change("b", "1")]
        assert await kiosk.sync.round()
        kiosk.centre.changes += [change("a", "2"), change("b", None), change("c", "1")]
        assert await kiosk.sync.round()
        assert await known(kiosk) == {"a": "2", "c": "1"}
        assert [sorted(values) for values in heard] == [["a", "b"], ["a", "c"]]
        assert await kiosk.sync.round()
        assert len(heard) == 2
    assert b'"text"' not in await asyncio.to_thread((tmp_path / "kiosk.db").read_bytes)
    async with kiosk_of(tmp_path, kiosk.centre) as again:
        again.pull.follow("notice", follower)
        await again.pull.open()
    assert sorted(heard[-1]) == ["a", "c"]


async def test_a_snapshot_takes_the_place_of_the_old_when_all_of_it_is_there(
    tmp_path: Path,
) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        kiosk.centre.changes = [change(str(at), "old") for at in range(5)]
        assert await kiosk.sync.round()
        kiosk.centre.page, kiosk.centre.refetch = 2, True
        kiosk.centre.changes = [change(str(at), "new") for at in range(3, 9)]
        kiosk.centre.faults = [lambda reply: reply, lambda reply: reply, "lost"]
        assert not await kiosk.sync.round()
        assert await known(kiosk) == {str(at): "old" for at in range(5)}
    async with kiosk_of(tmp_path, kiosk.centre, kiosk.clock) as again:
        assert await known(again) == {str(at): "old" for at in range(5)}
        assert await again.sync.round()
        assert await known(again) == {str(at): "new" for at in range(3, 9)}


async def test_an_answer_that_is_none_moves_nothing(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        kiosk.centre.changes = [change("a", "1")]
        kiosk.centre.faults = [lambda _: Reply(410, Fields(), problem("sync.must_refetch"))] * 3
        assert not await kiosk.sync.round()
        assert await known(kiosk) == {}
        kiosk.centre.faults = []
        assert await kiosk.sync.round()
        assert await known(kiosk) == {"a": "1"}
