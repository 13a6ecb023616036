"""One thing that was found, good or bad: a stable code and its values; sentences come later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How much a finding matters. A note is worth knowing and asks for nothing."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    FAULT = "fault"
    UNKNOWN = "unknown"


class Part(StrEnum):
    """What is looked at, in the order in which it is told."""

    PROCESS = "process"
    CONFIG = "config"
    FILES = "files"
    DATABASE = "database"
    DISK = "disk"
    CLOCK = "clock"
    SERVER = "server"
    IDENTITY = "identity"
    TRUST = "trust"
    OUTBOX = "outbox"
    PACKS = "packs"
    PRINTER = "printer"
    SCANNER = "scanner"


class Size(int):
    """A number of bytes."""


class Why(str):
    """The code of an error, to be told in words where there are any."""

    __slots__ = ()


Value = str | int | datetime | timedelta
"""What a sentence can hold: also `Size` and `Why`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` never changes its meaning; its sentence is `doctor.<code>`, the cure `....do`."""

    part: Part
    name: str
    level: Level
    params: Mapping[str, Value] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The stable name, such as `disk.low`."""
        return f"{self.part}.{self.name}"

    def form(self) -> dict[str, Any]:
        """As JSON tells it: moments in ISO 8601, spans in seconds, sizes in bytes."""
        params = {name: _plain(value) for name, value in self.params.items()}
        return {"part": self.part, "code": self.code, "level": self.level, "params": params}


def _plain(value: Value) -> str | float:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return int(value) if isinstance(value, int) else str(value)


ALL_WELL, FOUND, CANNOT_TELL = 0, 1, 3
_ASKS = frozenset({Level.WARNING, Level.FAULT})
_RANK = (Level.FAULT, Level.WARNING, Level.UNKNOWN, Level.NOTE, Level.OK)


def worst(findings: Sequence[Finding]) -> Level:
    """The level that matters most; `OK` for none."""
    return min((each.level for each in findings), key=_RANK.index, default=Level.OK)


def exit_status(findings: Sequence[Finding]) -> int:
    """0: all is well; 1: something wants doing; 3: nothing does, but not all could be looked at."""
    levels = {each.level for each in findings}
    if levels & _ASKS:
        return FOUND
    return CANNOT_TELL if Level.UNKNOWN in levels else ALL_WELL
