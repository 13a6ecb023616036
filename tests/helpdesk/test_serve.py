"""The server as a process: its start, its line, its end under load."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest

from helpdesk.security import KeyRing

CONFIG = """
[helpdesk]
listen = "127.0.0.1:0"
control = "run/control.sock"
log = "log/helpdesk.log"
requests_per_minute = 0
disk_floor = 0
[database]
url = "URL"
[security]
keys = "keys"
"""

START = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""


def _prepare(folder: Path, url: str = "sqlite://helpdesk.sqlite3") -> Path:
    (folder / "config.toml").write_text(CONFIG.replace("URL", url), encoding="utf-8")
    KeyRing.create(folder / "keys")
    return folder


@asynccontextmanager
async def server(
    folder: Path, *, passed: socket.socket | None = None, environ: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    command = [sys.executable, "-m", "helpdesk", "serve", "--json", "--migrate"]
    command += ["--config", str(folder / "config.toml")]
    extra = dict(environ or {})
    if passed is not None:
        # As systemd does it: the socket is descriptor 3 of a process that knows its own id.
        command = [sys.executable, "-c", START, str(passed.fileno()), *command]
        extra["LISTEN_FDS"] = "1"
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **extra},
        pass_fds=(passed.fileno(),) if passed is not None else (),
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            line = await process.stdout.readline()
        yield process, json.loads(line)["listening"]
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _readiness(address: str) -> tuple[int, str]:
    url = f"http://{address}/readyz"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, (await answer.json())["status"]


async def _end(process: asyncio.subprocess.Process, number: int = signal.SIGTERM) -> float:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    process.send_signal(number)
    async with asyncio.timeout(20):
        await process.wait()
    return loop.time() - begun


@pytest.mark.e2e
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_starts_answers_and_ends(tmp_path: Path, number: int) -> None:
    folder = await asyncio.to_thread(_prepare, tmp_path)
    async with server(folder) as (process, address):
        assert await _readiness(address) == (200, "ready")
        control = await asyncio.to_thread((folder / "run/control.sock").stat)
        assert stat.S_IMODE(control.st_mode) == 0o600
        assert await _end(process, number) < 3
        assert process.returncode == 0
    events = [json.loads(line)["event"] for line in await _log_lines(folder)]
    assert events == ["serve.listening", "serve.ended"]
    assert not await asyncio.to_thread((folder / "run/control.sock").exists)


async def _log_lines(folder: Path) -> list[str]:
    text = await asyncio.to_thread((folder / "log/helpdesk.log").read_text, encoding="utf-8")
    return text.splitlines()


@pytest.mark.e2e
async def test_it_serves_from_postgres_too(tmp_path: Path, postgres_url: str) -> None:
    folder = await asyncio.to_thread(_prepare, tmp_path, postgres_url)
    async with server(folder) as (process, address):
        assert await _readiness(address) == (200, "ready")
        assert await _end(process) < 3
        assert process.returncode == 0


@pytest.mark.e2e
async def test_systemd_is_told(tmp_path: Path) -> None:
    folder = await asyncio.to_thread(_prepare, tmp_path)
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifier:
        notifier.bind(str(path))
        notifier.setblocking(False)
        async with server(folder, environ={"NOTIFY_SOCKET": str(path)}) as (process, _):
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(5):
                assert await loop.sock_recv(notifier, 100) == b"READY=1"
                process.terminate()
                assert await loop.sock_recv(notifier, 100) == b"STOPPING=1"
            await process.wait()


@pytest.mark.e2e
async def test_a_connection_taken_just_before_the_end_is_answered(tmp_path: Path) -> None:
    """Its request comes after the end has begun; it must neither be dropped nor hold us up."""
    folder = await asyncio.to_thread(_prepare, tmp_path)
    path = tmp_path / "notify"
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifier:
        notifier.bind(str(path))
        notifier.setblocking(False)
        async with server(folder, environ={"NOTIFY_SOCKET": str(path)}) as (process, address):
            port = int(address.rpartition(":")[2])
            assert await loop.sock_recv(notifier, 100) == b"READY=1"
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            # Connections are accepted in order: once this one is answered, the other is in.
            assert await _one_request(port) == "200"
            process.terminate()
            assert await loop.sock_recv(notifier, 100) == b"STOPPING=1"
            # The client is slow by half the time that the server grants; this is the case itself.
            await asyncio.sleep(0.1)
            writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = await reader.readline()
            assert answer.startswith(b"HTTP/1.1 200")
            begun = loop.time()
            await process.wait()
            assert loop.time() - begun < 3
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


@pytest.mark.e2e
async def test_a_restart_under_load_loses_no_request(tmp_path: Path) -> None:
    """With the listening socket kept open outside, every connection is answered by one or other."""
    folder = await asyncio.to_thread(_prepare, tmp_path)
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        port = listener.getsockname()[1]
        outcomes = await _restart_under_load(folder, listener, port)
    assert len(outcomes) > 50
    assert set(outcomes) == {"200"}


async def _restart_under_load(folder: Path, listener: socket.socket, port: int) -> list[str]:
    outcomes: list[str] = []
    stop = asyncio.Event()

    async def client() -> None:
        while not stop.is_set():
            outcomes.append(await _one_request(port))

    async with server(folder, passed=listener) as (first, _):
        clients = [asyncio.create_task(client()) for _ in range(4)]
        while len(outcomes) < 40:
            await _one_request(port)
        assert await _end(first) < 3, "the end waited for a connection that had no request"
    async with server(folder, passed=listener) as (second, _):
        enough = len(outcomes) + 20
        while len(outcomes) < enough:
            await _one_request(port)
        stop.set()
        await asyncio.gather(*clients)
        await _end(second)
    return outcomes


async def _one_request(port: int) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = await reader.read()
    except OSError as error:
        return type(error).__name__
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    return answer[9:12].decode() or "empty"


@pytest.mark.e2e
async def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    folder = await asyncio.to_thread(_prepare, tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = await _refused(folder, f"127.0.0.1:{listener.getsockname()[1]}")
    assert (done[0], done[1].partition(":")[0]) == (3, "error[serve.address]")
    assert len(done[1].splitlines()) == 1


@pytest.mark.e2e
async def test_a_second_server_on_one_file_is_refused(tmp_path: Path) -> None:
    folder = await asyncio.to_thread(_prepare, tmp_path)
    async with server(folder):
        done = await _refused(folder, "127.0.0.1:0")
    assert (done[0], done[1].partition(":")[0]) == (3, "error[db.owned]")


async def _refused(folder: Path, listen: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "helpdesk", "serve", "--migrate", "--config"],
        str(folder / "config.toml"),
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "YANPIAO_HELPDESK__LISTEN": listen, "YANPIAO_HELPDESK__LOG": ""},
    )
    async with asyncio.timeout(30):
        _, errors = await process.communicate()
    lines = [line for line in errors.decode().splitlines() if not line.startswith("{")]
    return process.returncode, "\n".join(lines)
