from __future__ import annotations

import asyncio

import pytest

from helpdesk.web.traffic import Traffic


async def test_bulk_work_waits_for_who_stands_before_a_screen() -> None:
    traffic = Traffic()
    order: list[str] = []

    async def bulk() -> None:
        await traffic.give_way()
        order.append("bulk")

    with traffic.awaited():
        task = asyncio.create_task(bulk())
        for _ in range(5):
            await asyncio.sleep(0)
        order.append("visitor")
    await task
    assert order == ["visitor", "bulk"]


async def test_bulk_work_goes_on_however_many_stand_there() -> None:
    traffic = Traffic()
    with traffic.awaited():
        async with asyncio.timeout(10):
            await traffic.give_way()
            await asyncio.gather(*(traffic.give_way() for _ in range(3)))


async def test_a_failed_call_is_not_waited_for() -> None:
    traffic = Traffic()
    with pytest.raises(ZeroDivisionError), traffic.awaited():
        _ = 1 // 0
    with traffic.awaited():
        waiting = asyncio.create_task(traffic.give_way())
        await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await waiting
