"""Frames between a jailed child and the asking process: four bytes of length, then JSON.

JSON, because the child may be in a stranger's hands: nothing that it writes can name code.
"""

from __future__ import annotations

import json
import os
import select
import time
from typing import TYPE_CHECKING, Final

from documents.errors import DAMAGED, TIME, DocumentError

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST: Final = 4 << 20
"""Bytes of one frame; a batch of rows is far shorter."""
_LENGTH: Final = 4
_BLOCK: Final = 1 << 16


def write_frame(descriptor: int, value: object) -> None:
    """Write one value. Raises `BrokenPipeError` where nobody reads any more."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    rest = memoryview(len(body).to_bytes(_LENGTH, "big") + body)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


class FrameReader:
    """Reads the frames of one child from a pipe, waiting `wait_seconds` in sum at the most."""

    def __init__(
        self,
        descriptor: int,
        wait_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._descriptor = descriptor
        self._left = wait_seconds
        self._monotonic = monotonic
        self._buffer = bytearray()
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)

    def next(self) -> object | None:
        """Return the next value; None at the end of the pipe.

        Raises:
            DocumentError: `document.time` where the child keeps the caller waiting too long;
                `document.damaged` for a frame that is too long or no JSON.
        """
        if not self._fill(_LENGTH):
            return None
        length = int.from_bytes(self._buffer[:_LENGTH], "big")
        if length > LONGEST or not self._fill(_LENGTH + length):
            raise DocumentError(DAMAGED)
        body = bytes(self._buffer[_LENGTH : _LENGTH + length])
        del self._buffer[: _LENGTH + length]
        try:
            value: object = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise DocumentError(DAMAGED) from error
        return value

    def _fill(self, wanted: int) -> bool:
        """Read until the buffer holds `wanted` bytes; False where the pipe ends before."""
        while len(self._buffer) < wanted:
            self._await_data()
            block = os.read(self._descriptor, _BLOCK)
            if not block:
                return False
            self._buffer += block
        return True

    def _await_data(self) -> None:
        begun = self._monotonic()
        ready = self._poll.poll(max(0.0, self._left) * 1000)
        self._left -= self._monotonic() - begun
        if not ready:
            raise DocumentError(TIME)
