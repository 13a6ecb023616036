"""A file that never changes, whole or the part that was asked for, without loading it.

The kiosk resumes by it: one range of bytes, kept to if the file is still the one it knows
(RFC 9110, sections 13.1.5 and 14). What this server does not do, such as several ranges, it
ignores, as the RFC allows.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Protocol

from aiohttp import hdrs, web

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp.abc import AbstractStreamWriter
    from aiohttp.web_request import BaseRequest

TYPE: Final = "application/octet-stream"
_PIECE: Final = 1 << 18
_RANGE: Final = re.compile(r"bytes=(?P<first>[0-9]{1,15})-(?P<last>[0-9]{0,15})")
_TAIL: Final = re.compile(r"bytes=-(?P<length>[1-9][0-9]{0,14})")


class Content(Protocol):
    """What is sent."""

    @property
    def size(self) -> int:
        """How many bytes there are."""
        ...

    async def read(self, at: int, length: int) -> bytes:
        """Some of them."""
        ...


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file that never changes; it is open only while it is read."""

    path: Path
    size: int

    async def read(self, at: int, length: int) -> bytes:
        """Some of its bytes, read in a thread."""
        return await asyncio.to_thread(self._read, at, length)

    def _read(self, at: int, length: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(at)
            return file.read(length)


@dataclass(frozen=True, slots=True)
class BytesContent:
    """Bytes in memory."""

    data: bytes

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.data)

    async def read(self, at: int, length: int) -> bytes:
        """Some of them."""
        return self.data[at : at + length]


class PackResponse(web.StreamResponse):
    """Sends `content`; `tag` is its name: another content has another."""

    def __init__(self, content: Content, tag: str) -> None:
        super().__init__(headers={hdrs.ACCEPT_RANGES: "bytes", hdrs.ETAG: f'"{tag}"'})
        self.content_type = TYPE
        self._content = content
        self._tag = f'"{tag}"'

    async def prepare(self, request: BaseRequest) -> AbstractStreamWriter | None:
        """Send the head and all that belongs to it."""
        if request.headers.get(hdrs.IF_NONE_MATCH) == self._tag:
            self.set_status(HTTPStatus.NOT_MODIFIED)
            return await super().prepare(request)
        size = self._content.size
        part = self._part(request, size)
        if part is not None and not part:
            self.set_status(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.headers[hdrs.CONTENT_RANGE] = f"bytes */{size}"
            self.content_length = 0
            return await super().prepare(request)
        if part is not None:
            self.set_status(HTTPStatus.PARTIAL_CONTENT)
            self.headers[hdrs.CONTENT_RANGE] = f"bytes {part.start}-{part.stop - 1}/{size}"
        sent = range(size) if part is None else part
        self.content_length = len(sent)
        writer = await super().prepare(request)
        for at in sent[::_PIECE]:
            length = min(_PIECE, sent.stop - at)
            await self.write(await self._content.read(at, length))
        await self.write_eof()
        return writer

    def _part(self, request: BaseRequest, size: int) -> range | None:
        """The bytes asked for; empty where there are none such, None for the whole file."""
        asked = request.headers.get(hdrs.RANGE, "")
        if request.headers.get(hdrs.IF_RANGE, self._tag) != self._tag:
            return None
        if tail := _TAIL.fullmatch(asked):
            return range(max(0, size - int(tail["length"])), size)
        found = _RANGE.fullmatch(asked)
        if found is None:
            return None
        first = int(found["first"])
        last = int(found["last"]) if found["last"] else max(first, size)
        return range(first, min(last + 1, size)) if first <= last else None
