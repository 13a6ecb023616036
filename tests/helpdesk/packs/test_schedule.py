"""When the server builds by itself."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from helpdesk.packs import schedule as module
from helpdesk.packs.schedule import AFTER_FAULT, APART, LOOK, Schedule
from helpdesk.packs.service import PackService
from invoices.verdict import State
from tests.helpdesk.conftest import Log
from tests.helpdesk.packs.house import House, entry

DAY = date(2026, 9, 7)


class Rounds:
    """Sleeps that take no time, move the clock, and end the task after so many."""

    def __init__(self, house: House, most: int) -> None:
        self._house = house
        self._most = most
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._house.clock.move(seconds=seconds)
        if len(self.slept) > self._most:
            raise asyncio.CancelledError


async def rounds(house: House, most: int, every: float = 3600) -> list[float]:
    sleep = Rounds(house, most)
    with pytest.raises(asyncio.CancelledError):
        await Schedule(house.service, house.clock, every, sleep).run()
    return sleep.slept


async def version(house: House) -> int:
    return (await house.published()).version


async def test_an_empty_registry_is_looked_at_and_left_alone(house: House) -> None:
    assert await rounds(house, 3) == [LOOK] * 4
    assert await version(house) == 0


async def test_it_builds_once_a_write_has_settled_and_then_rests(house: House) -> None:
    await house.take(entry(1, DAY))
    assert await rounds(house, 4) == [LOOK, LOOK, APART, LOOK, LOOK]
    first = await version(house)
    assert first > 0
    await house.take(entry(1, DAY, State.VOIDED))
    assert APART in await rounds(house, 3)
    assert (await house.ask(entry(1, DAY))).state is State.VOIDED
    assert await version(house) > first


async def test_without_writes_it_builds_in_time(house: House) -> None:
    await house.take(entry(1, DAY))
    await house.build()
    first = await version(house)
    await rounds(house, 2, every=3600)
    assert await version(house) == first
    house.clock.move(hours=1)
    await rounds(house, 2, every=3600)
    assert await version(house) > first


async def test_a_fault_is_logged_and_tried_again(house: House, log: Log) -> None:
    await house.take(entry(1, DAY))
    index = house.service.shelf.folder / "index.json"

    def broken() -> None:
        index.parent.mkdir(parents=True, exist_ok=True)
        index.write_bytes(b"{")

    await asyncio.to_thread(broken)
    assert await rounds(house, 3) == [LOOK, AFTER_FAULT, LOOK, AFTER_FAULT]
    await asyncio.to_thread(index.unlink)
    await rounds(house, 3)
    assert await version(house) > 0
    assert "packs.index" in await asyncio.to_thread(log.text)


async def test_whatever_happens_it_goes_on(
    house: House, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.take(entry(1, DAY))

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(PackService, "manifest_of", broken)
        assert AFTER_FAULT in await rounds(house, 3)
    assert await version(house) == 0
    await rounds(house, 3)
    assert await version(house) > 0
    assert "packs.crashed" in await asyncio.to_thread(log.text)


async def test_without_the_extra_it_says_so_once(
    house: House, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EXTRA", ("no_such_module_at_all",))
    await Schedule(house.service, house.clock, 60, Rounds(house, 3)).run()
    assert (await asyncio.to_thread(log.text)).count("packs.extra") == 1
