"""The last lines of the kiosk's log, masked once more before they are shown anywhere."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kiosk.logs import mask

if TYPE_CHECKING:
    from pathlib import Path

_READ: Final = 64 * 1024
"""Bytes from the end: some hundred lines."""
_LINES: Final = 200
_CLOSED: Final = "out of service: "
"""As `kiosk.bootstrap.behind` logs it."""
_OPEN: Final = ("in service again", "the kiosk starts", "the kiosk ends")
_OTHER_FACTS: Final = frozenset({"at", "level", "event", "part", "logger"})


@dataclass(frozen=True, slots=True)
class LogLine:
    """One record; `text` is the event with its plain facts."""

    at: datetime
    level: str
    text: str


def tail(path: Path, count: int) -> tuple[LogLine, ...]:
    """The last `count` records, the oldest first; none where the log cannot be read. Blocks."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = file.seek(max(0, size - _READ))
            data = file.read()
    except OSError:
        return ()
    lines = data.splitlines()[1 if start else 0 :]
    found = (_line(line) for line in lines)
    return tuple(line for line in found if line is not None)[-count:]


def closed_by(path: Path) -> str | None:
    """The code that keeps the kiosk of the newest start out of service, if one does. Blocks."""
    for line in reversed(tail(path, _LINES)):
        if line.text.startswith(_CLOSED):
            return line.text.removeprefix(_CLOSED).partition(" ")[0] or None
        if line.text.startswith(_OPEN):
            return None
    return None


def _line(data: bytes) -> LogLine | None:
    """None for what is no record: half a line of a power cut."""
    try:
        record = json.loads(data)
        at = datetime.fromisoformat(record["at"])
        level, event = str(record["level"]), str(record["event"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    facts = [f"{name}={value}" for name, value in record.items() if name not in _OTHER_FACTS]
    return LogLine(at, level, str(mask(" ".join([event, *facts]))))
