"""Ways from a kiosk to its server that go dead without a word: nothing refused, nothing reset."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol, Self

import pytest

CHUNK = 65536


class Line(Protocol):
    """A way to the server."""

    host: str
    """Where the kiosk finds the server."""
    inside: Sequence[str]
    """What leads a command to where the line begins."""

    def cut(self) -> None:
        """From now on nothing comes through, and nobody is told."""

    def heal(self) -> None:
        """What was lost on the way may still come."""


class Relay:
    """A TCP relay to `port` of this machine on `host`; while it holds still it accepts and is mute.

    What it has read and not handed on comes late, when it moves again.
    """

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.port = 0
        self.host = host
        self.inside: Sequence[str] = ()
        self._target = port
        self._loop = asyncio.new_event_loop()
        self._moving = asyncio.Event()
        self._pumps: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="relay")

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    def cut(self) -> None:
        self._loop.call_soon_threadsafe(self._moving.clear)

    def heal(self) -> None:
        self._loop.call_soon_threadsafe(self._moving.set)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._moving.set()
        listener = await asyncio.start_server(self._accepted, self.host, 0)
        self.port = listener.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        listener.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pump = asyncio.create_task(self._carry(reader, writer))
        self._pumps.add(pump)
        pump.add_done_callback(self._pumps.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._moving.wait()
            with suppress(OSError):
                there, back = await asyncio.open_connection("127.0.0.1", self._target)
                try:
                    await asyncio.gather(self._pump(reader, back), self._pump(there, writer))
                finally:
                    back.close()
        finally:
            writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._moving.wait()
                writer.write(data)
                await writer.drain()
            writer.close()


class Cable:
    """A cable to a network of the kiosk's own (Linux namespaces): cut, its packets just vanish.

    `way` is `unplugged` (the server's end has no carrier) or `no way back` (answers go nowhere).
    """

    def __init__(self, way: str) -> None:
        number = os.getpid() % 250
        self._name, self._here, self._there = f"yp{number}", f"yp{number}a", f"yp{number}b"
        self.host, self._other = f"10.213.{number}.1", f"10.213.{number}.2"
        self.inside: Sequence[str] = ("ip", "netns", "exec", self._name)
        self._way = way

    def __enter__(self) -> Self:
        try:
            ip("netns", "add", self._name)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"no network namespaces here (they take root and iproute2): {error}")
        ip("link", "add", self._here, "type", "veth", "peer", "name", self._there)
        ip("link", "set", self._there, "netns", self._name)
        ip("addr", "add", f"{self.host}/30", "dev", self._here)
        ip("link", "set", self._here, "up")
        for rest in (
            ("addr", "add", f"{self._other}/30", "dev", self._there),
            ("link", "set", self._there, "up"),
            ("link", "set", "lo", "up"),
        ):
            ip("-n", self._name, *rest)
        return self

    def __exit__(self, *_: object) -> None:
        for words in (("link", "del", self._here), ("netns", "del", self._name)):
            ip(*words)

    def cut(self) -> None:
        if self._way == "unplugged":
            ip("link", "set", self._here, "down")
        else:
            ip("route", "add", "blackhole", self._other)

    def heal(self) -> None:
        if self._way == "unplugged":
            ip("link", "set", self._here, "up")
        else:
            ip("route", "del", "blackhole", self._other)


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
