"""The control socket, both ends real."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from kiosk.control import ControlError, Params, ask, call, once, serving
from kiosk.errors import KioskError


class Kiosk:
    """Commands as a kiosk might have them."""

    def __init__(self) -> None:
        self.watched_to_the_end = asyncio.Event()
        self.handlers = {
            "status": once(self.status),
            "refuse": once(self.refuse),
            "fail": once(self.fail),
            "never": once(self.never),
            "count": self.count,
            "watch": self.watch,
        }

    async def status(self, params: Params) -> Mapping[str, Any]:
        return {"printer": "就绪", "asked": params}

    async def refuse(self, params: Params) -> Mapping[str, Any]:
        raise KioskError("printing.no_printer", {"record": str(params["record"])})

    async def fail(self, params: Params) -> Mapping[str, Any]:
        raise ConnectionResetError

    async def never(self, params: Params) -> Mapping[str, Any]:
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    async def count(self, params: Params) -> AsyncGenerator[Mapping[str, Any], None]:
        for number in range(int(params["to"])):
            yield {"number": number}

    async def watch(self, params: Params) -> AsyncGenerator[Mapping[str, Any], None]:
        try:
            yield {"link": "online"}
            await asyncio.get_running_loop().create_future()
        finally:
            self.watched_to_the_end.set()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "control.sock"


async def code_of(path: Path, name: str, *, deadline: float = 10, **params: str) -> str:
    with pytest.raises(KioskError) as failure:
        await ask(path, name, params, deadline=deadline)
    return failure.value.code


async def raw(path: Path, sent: bytes) -> bytes:
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(sent)
    answer = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_one_question_one_answer(path: Path) -> None:
    async with serving(path, Kiosk().handlers):
        answer = await ask(path, "status", {"language": "zh_CN"}, deadline=10)
    assert answer == {"printer": "就绪", "asked": {"language": "zh_CN"}}


async def test_a_stream_of_answers(path: Path) -> None:
    async with serving(path, Kiosk().handlers):
        numbers = [form["number"] async for form in call(path, "count", {"to": 500}, deadline=10)]
    assert numbers == list(range(500))


async def test_refusals_keep_their_code_and_params(path: Path) -> None:
    async with serving(path, Kiosk().handlers):
        with pytest.raises(KioskError) as failure:
            await ask(path, "refuse", {"record": "A03"}, deadline=10)
        assert failure.value.code == "printing.no_printer"
        assert failure.value.params == {"record": "A03"}
        assert await code_of(path, "unheard-of") == "control.unknown"


async def test_a_watcher_that_leaves_is_noticed(path: Path) -> None:
    kiosk = Kiosk()
    async with serving(path, kiosk.handlers):
        async with aclosing(call(path, "watch", {}, deadline=None)) as answers:
            assert await anext(answers) == {"link": "online"}
        async with asyncio.timeout(10):
            await kiosk.watched_to_the_end.wait()


async def test_the_end_of_the_kiosk_ends_its_watchers(path: Path) -> None:
    kiosk = Kiosk()
    async with aclosing(call(path, "watch", {}, deadline=None)) as answers:
        async with serving(path, kiosk.handlers):
            await anext(answers)
        with pytest.raises(ControlError) as failure:
            await anext(answers)
    assert failure.value.code == "control.broken"
    assert kiosk.watched_to_the_end.is_set()


async def test_every_wait_has_an_end(path: Path) -> None:
    async with serving(path, Kiosk().handlers):
        assert await code_of(path, "never", deadline=0.05) == "control.silent"
        assert await code_of(path, "fail") == "control.broken"


async def test_the_socket_is_the_owners_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        async with serving(path, {}):
            found = await asyncio.to_thread(path.lstat)
        assert stat.S_IMODE(found.st_mode) == 0o600
    finally:
        os.umask(before)


async def test_a_dead_socket_is_replaced_and_a_living_one_respected(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    assert await code_of(path, "status") == "control.absent"
    async with serving(path, Kiosk().handlers):
        assert await ask(path, "status", {}, deadline=10)
        with pytest.raises(ControlError) as failure:
            async with serving(path, {}):
                pass
        assert failure.value.code == "control.in_use"
        assert await ask(path, "status", {}, deadline=10)
    assert not await asyncio.to_thread(path.exists)
    assert await code_of(path, "status") == "control.absent"


async def test_places_where_no_socket_can_be(path: Path) -> None:
    await asyncio.to_thread(path.write_text, "somebody's file")
    for place in (path, path / "below", path.with_name("x" * 200)):
        with pytest.raises(ControlError) as failure:
            async with serving(place, {}):
                pass
        assert failure.value.code == "control.path"
    assert await asyncio.to_thread(path.read_text) == "somebody's file"


@pytest.mark.parametrize(
    "sent",
    [b"\n", b"{}\n", b"[]\n", b'"x"\n', b"\xff\n", b'{"name": 1}\n', b'{"name":"a","params":1}\n',
     b'{"name": ["status"]}\n', b"[" * 10_000 + b"\n"],
    ids=range(9),
)  # fmt: skip
async def test_nonsense_gets_an_error_line(path: Path, sent: bytes) -> None:
    async with serving(path, Kiosk().handlers):
        assert b'"control.request"' in await raw(path, sent)
        assert await ask(path, "status", {}, deadline=10)
