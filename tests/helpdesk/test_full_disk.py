"""A server without room says so, loses nothing it answered, and comes back by itself."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import aiohttp
import psutil
import pytest

from helpdesk.clock import SystemClock
from helpdesk.ids import SystemIds
from helpdesk.wire.op_id import IDEMPOTENCY_KEY
from helpdesk.wire.problem import CONTENT_TYPE
from helpdesk.wire.verification import PATH
from tests.e2e.disks import Disk, Quota, Tmpfs
from tests.helpdesk.test_serve import _prepare, server

NUMBERS = count(26_1170_0000_0000_0000_00)
MIB = 8


@pytest.fixture(params=["quota", "tmpfs"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    with Quota(folder) if request.param == "quota" else Tmpfs(folder, MIB) as disk:
        yield disk


class Caller:
    """Asks about one invoice after the other; each question has an id of its own."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self._address = address
        self._session = session
        self._ids = SystemIds(SystemClock())
        self.answered: list[str] = []

    async def asks(self, op_id: str = "") -> tuple[int, str]:
        """The status, and the id to ask again with."""
        op_id = op_id or self._ids.op_id()
        claim = {"number": str(next(NUMBERS)), "issued_on": "2026-03-05", "amount": "91.59"}
        async with self._session.post(
            f"http://{self._address}{PATH}", json=claim, headers={IDEMPOTENCY_KEY: op_id}
        ) as answer:
            told = await answer.json(content_type=None)
            if answer.status == 200:
                assert told["record"]
                self.answered.append(op_id)
            else:
                assert answer.content_type == CONTENT_TYPE
                assert (answer.status, told["code"]) == (503, "server.unavailable")
                assert told["detail"]
                assert answer.headers["Retry-After"] == "2"
        return answer.status, op_id

    async def ready(self) -> tuple[int, list[str]]:
        async with self._session.get(f"http://{self._address}/readyz") as answer:
            return answer.status, (await answer.json())["reasons"]

    async def lives(self) -> bool:
        async with self._session.get(f"http://{self._address}/livez") as answer:
            return answer.status == 200


def kept(path: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return [row[0] for row in database.execute("SELECT op_id FROM verification_check")]


async def test_a_server_without_room_says_so_and_comes_back(tmp_path: Path, disk: Disk) -> None:
    folder = await asyncio.to_thread(_prepare, tmp_path)
    path = disk.folder / "helpdesk.sqlite3"
    environ = {
        "YANPIAO_DATABASE__URL": f"sqlite://{path}",
        "YANPIAO_SECURITY__GUESSES_PER_MINUTE": "0",
    }
    async with server(folder, environ=environ) as (process, address):
        async with aiohttp.ClientSession() as session:
            caller = Caller(address, session)
            assert (await caller.asks())[0] == 200
            await asyncio.to_thread(disk.fill, psutil.Process(process.pid))
            # What is left of the file's last pages is used up first.
            while (refused := await caller.asks())[0] == 200:
                pass
            assert await caller.ready() == (503, ["database"])
            assert await caller.lives()
            await asyncio.to_thread(disk.free)
            assert (await caller.asks(refused[1]))[0] == 200
            assert (await caller.asks())[0] == 200
            assert await caller.ready() == (200, [])
        process.terminate()
        assert await process.wait() == 0
    assert sorted(kept(path)) == sorted(caller.answered)
    assert "request.crashed" not in (tmp_path / "log/helpdesk.log").read_text(encoding="utf-8")
