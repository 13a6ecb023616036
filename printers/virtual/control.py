"""Commands to the virtual printer: one JSON object a line in, one a line out.

`{"command": NAME}`, NAME being a fault (`paper-out`, `cover-open`, `near-end`, `silent`, `slow`,
`drop`, `stuck`; optional `after` and, for `slow`, `rate`), or `ok` (all is well again),
`unplug`, `tear`, `state` or `slips`. Answers hold `"ok": true`, or `false` and `"error"`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from printers.virtual.machine import Fault

if TYPE_CHECKING:
    import asyncio

    from printers.virtual.server import VirtualPrinter

_FAULTS = frozenset(Fault)


class Control:
    """What a line on the control port does to a printer."""

    def __init__(self, printer: VirtualPrinter) -> None:
        self._printer = printer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer line by line until the other side is done."""
        while line := await reader.readline():
            answer = await self.answer(line)
            writer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
            await writer.drain()

    async def answer(self, line: bytes) -> dict[str, Any]:
        """Do what a line says."""
        try:
            request = json.loads(line)
            command = request["command"]
            after, rate = int(request.get("after", 0)), int(request.get("rate", 200))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            return {"ok": False, "error": "request"}
        if not isinstance(command, str) or rate <= 0:
            return {"ok": False, "error": "request"}
        if command in _FAULTS:
            self._printer.fail(Fault(command), after, rate)
            return {"ok": True}
        return await self._act(command)

    async def _act(self, command: str) -> dict[str, Any]:
        if command == "ok":
            await self._printer.plug()
            self._printer.mend()
        elif command == "unplug":
            await self._printer.unplug()
        elif command == "tear":
            self._printer.tear()
        elif command == "state":
            faults = sorted(self._printer.faults)
            return {"ok": True, "faults": faults, "waiting": self._printer.waiting}
        elif command == "slips":
            return {"ok": True, "slips": await self._slips()}
        else:
            return {"ok": False, "error": "command"}
        return {"ok": True}

    async def _slips(self) -> list[dict[str, Any]]:
        shelf, slips = self._printer.shelf, self._printer.slips
        await shelf.keep(slips)
        paths = [shelf.picture_path(number) for number in range(1, len(slips) + 1)]
        return [
            {"number": number, "text": slip.text, "png": None if path is None else str(path)}
            for number, (slip, path) in enumerate(zip(slips, paths, strict=True), 1)
        ]
