from __future__ import annotations

import asyncio
import json
import socket
import stat
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from helpdesk.control import ControlError, call, control_socket
from helpdesk.errors import HelpdeskError

ENDED: dict[str, asyncio.Event] = {}


async def _count(_resources: Any, params: Mapping[str, Any]) -> AsyncIterator[Mapping[str, Any]]:
    for number in range(int(params["to"])):
        yield {"number": number}


async def _fail(_resources: Any, params: Mapping[str, Any]) -> AsyncIterator[Mapping[str, Any]]:
    yield {"begun": True}
    raise HelpdeskError("input.bad", line="7")


async def _crash(_resources: Any, params: Mapping[str, Any]) -> AsyncIterator[Mapping[str, Any]]:
    yield {"begun": True}
    raise ValueError("canary")


async def _endless(_resources: Any, params: Mapping[str, Any]) -> AsyncIterator[Mapping[str, Any]]:
    ended = ENDED.setdefault(str(params["name"]), asyncio.Event())
    try:
        yield {"begun": True}
        await asyncio.Event().wait()
    finally:
        ended.set()


async def _disk(_resources: Any, params: Mapping[str, Any]) -> AsyncIterator[Mapping[str, Any]]:
    yield {"begun": True}
    raise OSError(28, "canary")


async def _flood(_resources: Any, params: Mapping[str, Any]) -> AsyncIterator[Mapping[str, Any]]:
    ended = ENDED.setdefault("flood", asyncio.Event())
    try:
        while True:
            yield {"text": "x" * 100_000}
    finally:
        # What a command has open takes a moment to close.
        for _ in range(5_000):
            await asyncio.sleep(0)
        ended.set()


COMMANDS: Any = {
    "disk": _disk,
    "flood": _flood,
    "count": _count,
    "fail": _fail,
    "crash": _crash,
    "endless": _endless,
}


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[Path]:
    async with control_socket(tmp_path / "run" / "control.sock", None, COMMANDS):  # type: ignore[arg-type]
        yield tmp_path / "run" / "control.sock"


async def _lines(path: Path, name: str, **params: Any) -> list[Mapping[str, Any]]:
    return [line async for line in call(path, name, params)]


async def test_lines_come_as_they_are_made(path: Path) -> None:
    assert await _lines(path, "count", to=3) == [{"number": 0}, {"number": 1}, {"number": 2}]
    assert await _lines(path, "count", to=0) == []


async def test_only_its_owner_may_use_it(path: Path) -> None:
    assert stat.S_IMODE((await asyncio.to_thread(path.stat)).st_mode) == 0o600


async def test_errors_cross_with_code_and_params(path: Path) -> None:
    with pytest.raises(HelpdeskError) as caught:
        await _lines(path, "fail")
    assert (caught.value.code, dict(caught.value.params)) == ("input.bad", {"line": "7"})
    with pytest.raises(HelpdeskError, match=r"control\.unknown"):
        await _lines(path, "nonsense")


async def test_a_crash_is_coded_and_quotes_nothing(path: Path, log: Any) -> None:
    with pytest.raises(HelpdeskError, match=r"server\.crash"):
        await _lines(path, "crash")
    logged = await asyncio.to_thread(log.text)
    assert "ValueError" in logged
    assert "canary" not in logged


async def test_what_the_disk_refuses_a_command_is_told_and_logged(path: Path, log: Any) -> None:
    with pytest.raises(HelpdeskError, match=r"server\.crash") as caught:
        await _lines(path, "disk")
    assert caught.value.params["error"] == "OSError"
    assert caught.value.params["at"].endswith("_disk")
    logged = await asyncio.to_thread(log.text)
    assert "control.crashed" in logged
    assert "canary" not in logged


async def test_a_command_that_waits_for_its_reader_is_closed_before_the_server_ends(
    tmp_path: Path,
) -> None:
    path = tmp_path / "control.sock"
    async with control_socket(path, None, COMMANDS):  # type: ignore[arg-type]
        lines = call(path, "flood", {})
        await anext(lines)
    assert ENDED["flood"].is_set()
    await lines.aclose()


async def test_a_client_that_leaves_ends_its_command(path: Path) -> None:
    lines = call(path, "endless", {"name": "left"})
    assert await anext(lines) == {"begun": True}
    await lines.aclose()
    async with asyncio.timeout(5):
        await ENDED["left"].wait()


async def test_the_end_of_the_server_ends_commands_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    async with control_socket(path, None, COMMANDS):  # type: ignore[arg-type]
        lines = call(path, "endless", {"name": "server"})
        await anext(lines)
    with pytest.raises(ControlError, match=r"control\.broken"):
        await anext(lines)
    assert ENDED["server"].is_set()
    with pytest.raises(ControlError, match=r"control\.absent"):
        await _lines(path, "count", to=1)


async def test_a_stale_socket_is_replaced_a_living_one_is_not(path: Path, tmp_path: Path) -> None:
    with pytest.raises(ControlError, match=r"control\.taken"):
        async with control_socket(path, None, COMMANDS):  # type: ignore[arg-type]
            pass
    assert len(await _lines(path, "count", to=2)) == 2
    stale = tmp_path / "stale.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(stale))
    async with control_socket(stale, None, COMMANDS):  # type: ignore[arg-type]
        assert len(await _lines(stale, "count", to=2)) == 2


async def test_a_path_too_long(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match=r"control\.path"):
        async with control_socket(tmp_path / ("x" * 120), None, COMMANDS):  # type: ignore[arg-type]
            pass


@pytest.mark.parametrize(
    "sent", [b"\n", b"[]\n", b"{}\n", b"\xff\n", b"[" * 9000 + b"\n", b"", b'{"command"']
)
async def test_nonsense_is_answered_and_harms_nobody(path: Path, sent: bytes) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(sent)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert not answer or json.loads(answer)["error"] == "control.unknown"
    assert len(await _lines(path, "count", to=1)) == 1
