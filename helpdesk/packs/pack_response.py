"""A file that never changes, whole or the part that was asked for, without loading it.

The kiosk resumes by it: one range of bytes, kept to if the file is still the one it knows
(RFC 9110, sections 13.1.5 and 14). What this server does not do, such as several ranges, it
ignores, as the RFC allows.
"""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, BinaryIO, Final

from aiohttp import hdrs, web

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp.abc import AbstractStreamWriter
    from aiohttp.web_request import BaseRequest

TYPE: Final = "application/octet-stream"
_PIECE: Final = 1 << 18
_RANGE: Final = re.compile(r"bytes=(?P<first>[0-9]{1,15})-(?P<last>[0-9]{0,15})")
_TAIL: Final = re.compile(r"bytes=-(?P<length>[1-9][0-9]{0,14})")


class PackResponse(web.StreamResponse):
    """Sends `path`; `tag` names its content: a file of another content has another."""

    def __init__(self, path: Path, tag: str) -> None:
        super().__init__(headers={hdrs.ACCEPT_RANGES: "bytes", hdrs.ETAG: f'"{tag}"'})
        self.content_type = TYPE
        self._path = path
        self._tag = f'"{tag}"'

    async def prepare(self, request: BaseRequest) -> AbstractStreamWriter | None:
        """Send the head and all that belongs to it."""
        if request.headers.get(hdrs.IF_NONE_MATCH) == self._tag:
            self.set_status(HTTPStatus.NOT_MODIFIED)
            return await super().prepare(request)
        file, size = await asyncio.to_thread(self._open)
        try:
            return await self._send(request, file, size)
        finally:
            await asyncio.to_thread(file.close)

    async def _send(
        self, request: BaseRequest, file: BinaryIO, size: int
    ) -> AbstractStreamWriter | None:
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
            await self.write(await asyncio.to_thread(_read, file, at, length))
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
        first, last = int(found["first"]), int(found["last"] or size)
        return range(first, min(last + 1, size)) if first <= last else None

    def _open(self) -> tuple[BinaryIO, int]:
        file = self._path.open("rb")
        return file, file.seek(0, 2)


def _read(file: BinaryIO, at: int, length: int) -> bytes:
    file.seek(at)
    return file.read(length)
