"""Printed slips as files, one text and one picture each."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from printers.font import Font
    from printers.virtual.paper import Slip

P = ParamSpec("P")
T = TypeVar("T")


class Shelf:
    """Draws and writes on a thread of its own; does nothing without a folder to write to."""

    def __init__(self, font: Font | None, out: Path | None) -> None:
        self._font = font
        self._out = out
        self._kept = 0
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="slips")

    async def keep(self, slips: Sequence[Slip]) -> None:
        """Write the slips that are new; returns when they are on disk."""
        async with self._turn:
            if self._out is None:
                return
            for number in range(self._kept + 1, len(slips) + 1):
                await self._call(self._write, number, slips[number - 1])
                self._kept = number

    async def png(self, slip: Slip) -> bytes | None:
        """The picture of a slip, `None` without a font to draw it with."""
        return await self._call(self._draw, slip)

    def picture_path(self, number: int) -> Path | None:
        """Where the picture of a kept slip is."""
        if self._out is None or self._font is None:
            return None
        return self._out / f"slip-{number:04}.png"

    async def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False)

    def _write(self, number: int, slip: Slip) -> None:
        if self._out is None:
            return
        (self._out / f"slip-{number:04}.txt").write_text(slip.text, encoding="utf-8")
        path, picture = self.picture_path(number), self._draw(slip)
        if path is not None and picture is not None:
            path.write_bytes(picture)

    def _draw(self, slip: Slip) -> bytes | None:
        if self._font is None:
            return None
        from printers.virtual.picture import png  # loads Pillow, here on this thread

        return png(slip, self._font)

    async def _call(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: work(*args, **kwargs))
