"""Where packs come from: the server, or the same files in a folder such as a stick's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

from helpdesk.wire.pack_manifest import (
    CHUNK,
    CHUNKS_SUFFIX,
    FILES_PATH,
    HASH_BYTES,
    LENGTH,
    MANIFEST_FILE,
    PATH,
)
from kiosk.packs.errors import PacksError
from kiosk.transport import Call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from helpdesk.wire.pack_manifest import PackFile
    from kiosk.identity.calls import ServerCalls
    from kiosk.transport import Reply

PIECE: Final = 1 << 18
"""Bytes of one request: what a cut costs at most, and what a slow link carries in a minute."""
SLOWEST: Final = 4096
"""Bytes a second of a link that is still waited for."""
PATIENCE: Final = 20.0

_OK, _PART, _SAME, _ABSENT = 200, 206, 304, 404


class PackSource(Protocol):
    """Gives what it is asked for; nothing of it is believed before it was proved."""

    async def manifest(self) -> bytes | None:
        """The signed list; None where it is the one that was given before.

        Raises:
            PacksError: `pack.source` where there is none.
            TransportError: no answer could be had.
        """

    async def chunk_list(self, file: PackFile) -> bytes:
        """The hashes of a file's chunks. Raises as `manifest`."""

    async def chunk(self, file: PackFile, number: int) -> bytes:
        """One chunk of a file. Raises as `manifest`."""


class FolderSource:
    """The files as `helpdesk packs` publishes them, copied anywhere."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def manifest(self) -> bytes | None:
        """The signed list in the folder."""
        return await asyncio.to_thread(self._read, MANIFEST_FILE, 0, LENGTH + 1)

    async def chunk_list(self, file: PackFile) -> bytes:
        """The file beside it."""
        longest = file.chunk_count * HASH_BYTES + 1
        return await asyncio.to_thread(self._read, file.name + CHUNKS_SUFFIX, 0, longest)

    async def chunk(self, file: PackFile, number: int) -> bytes:
        """A part of the file."""
        return await asyncio.to_thread(self._read, file.name, number * CHUNK, CHUNK)

    def _read(self, name: str, at: int, length: int) -> bytes:
        try:
            with (self._folder / name).open("rb") as file:
                file.seek(at)
                return file.read(length)
        except OSError as error:
            raise PacksError("pack.source", {"name": name}) from error


class ServerSource:
    """The server, by ranges; `spend` is called with the bytes of each answer and may wait."""

    def __init__(self, calls: ServerCalls, spend: Callable[[int], Awaitable[None]]) -> None:
        self._calls = calls
        self._spend = spend
        self._tag: str | None = None

    async def manifest(self) -> bytes | None:
        """The signed list, if it is another one than before."""
        headers = {} if self._tag is None else {"If-None-Match": self._tag}
        reply = await self._ask(Call("GET", PATH, headers=headers), LENGTH)
        if reply.status == _SAME:
            return None
        if reply.status != _OK:
            raise _refused(reply, MANIFEST_FILE)
        self._tag = reply.headers.get("ETag")
        return reply.body

    def forget(self) -> None:
        """Ask for the list anew, whatever was given before."""
        self._tag = None

    async def chunk_list(self, file: PackFile) -> bytes:
        """The file beside it, in one answer: 32 bytes for a million."""
        name = file.name + CHUNKS_SUFFIX
        length = file.chunk_count * HASH_BYTES
        parts = [
            await self._range(name, at, min(PIECE, length - at)) for at in range(0, length, PIECE)
        ]
        return b"".join(parts)

    async def chunk(self, file: PackFile, number: int) -> bytes:
        """A chunk, in a few answers."""
        first = number * CHUNK
        end = min(first + CHUNK, file.length)
        parts = [
            await self._range(file.name, at, min(PIECE, end - at))
            for at in range(first, end, PIECE)
        ]
        return b"".join(parts)

    async def _range(self, name: str, at: int, length: int) -> bytes:
        headers = {"Range": f"bytes={at}-{at + length - 1}", "If-Range": f'"{name}"'}
        reply = await self._ask(Call("GET", FILES_PATH + name, headers=headers), length)
        if reply.status != _PART or len(reply.body) != length:
            raise _refused(reply, name)
        return reply.body

    async def _ask(self, call: Call, limit: int) -> Reply:
        deadline = PATIENCE + limit / SLOWEST
        # The list and the chunks prove themselves.
        reply = await self._calls.call(call, deadline, limit, proved=False)
        await self._spend(len(reply.body))
        return reply


def _refused(reply: Reply, name: str) -> PacksError:
    """The list names a file that is gone again: the next list will do."""
    if reply.status == _ABSENT:
        return PacksError("pack.source", {"name": name})
    return PacksError("pack.status", {"name": name, "status": str(reply.status)})


class Pace:
    """Keeps to so many kilobytes a second, on the average; 0 is as fast as it goes."""

    def __init__(self, kilobytes: int, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._rate = kilobytes * 1000
        self._sleep = sleep

    async def spend(self, count: int) -> None:
        """Wait as long as these bytes may take."""
        if self._rate:
            await self._sleep(count / self._rate)
