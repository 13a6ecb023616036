"""The plug is pulled: checks go on, slips print, and after it each check is on the server once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from invoices.qr_writer import write_face
from tests.kiosk.sync.test_real_server import INVOICES, Server, furniture, server
from tests.kiosk.test_run import Kiosk, running

__all__ = ["furniture", "server"]

pytestmark = pytest.mark.e2e

SCAN = write_face(INVOICES["normal"][0]).encode() + b"\r"


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await holds():
            pass


async def synced(kiosk: Kiosk) -> bool:
    state = json.loads((await kiosk.asked("status", "--json"))[1])
    return bool(state["kept"] == 0 and state["sync"]["waiting"] == 0)


async def test_the_plug_is_pulled_and_put_back(server: Server, tmp_path: Path) -> None:
    server.clock.at = datetime.now(UTC)  # the kiosk is a process: it goes by the machine's clock
    async with running(tmp_path, server.port) as kiosk:
        await kiosk.shows("已联网")  # what stands behind the screen is open
        code = (await server.bureau.enrolment.invite("", "K7")).code
        status, out, err = await kiosk.asked("enrol", code)
        assert (status, err) == (0, ""), out
        await kiosk.scans(SCAN)
        for part in ("K7-", "一致，发票正常", "小票已打印"):
            await kiosk.shows(part)
        await server.unplug()
        for count, other in ((2, "voided"), (3, "paper")):
            await kiosk.scans(write_face(INVOICES[other][0]).encode() + b"\r")
            await kiosk.shows("暂时无法判断")
            await kiosk.prints(count)
        await kiosk.shows("未联网")
        assert not await synced(kiosk)
        await server.plug()
        await kiosk.shows("已联网")
        await until(lambda: synced(kiosk))
        status, out, _ = await kiosk.asked("sync", "explain", "3", "--json")
        assert (status, json.loads(out)["outcome"]) == (0, "applied")
        assert await kiosk.ends() == 0
    # The first was asked online, before its record had a number.
    rows = await server.rows("SELECT COUNT(*), COUNT(DISTINCT op_id) FROM verification_check")
    assert rows == [(3, 3)]
    assert await server.rows("SELECT SUM(checks) FROM verification_count") == [(3,)]


async def test_a_fence_takes_the_screen_out_of_use(server: Server, tmp_path: Path) -> None:
    server.clock.at = datetime.now(UTC)
    async with running(tmp_path, server.port) as kiosk:
        await kiosk.shows("已联网")  # what stands behind the screen is open
        code = (await server.bureau.enrolment.invite("", "K7")).code
        assert (await kiosk.asked("enrol", code))[0] == 0
        await server.bureau.fleet.fence("K7")
        await kiosk.asked("sync", "now")
        for part in ("本机暂停服务", "kiosk.fenced"):
            await kiosk.shows(part)
        assert list((tmp_path / "d/keys").iterdir()) == []
        code = (await server.bureau.enrolment.invite("", "K8")).code
        assert (await kiosk.asked("enrol", code))[0] == 0
        await kiosk.shows("对准扫码器")  # enrolled anew, it serves again without a restart
        await kiosk.shows("已联网")
        assert await kiosk.ends() == 0
