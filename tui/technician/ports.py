"""What the technician's screen needs of the kiosk, in its own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Level(StrEnum):
    """How much a finding matters; a note asks for nothing."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    FAULT = "fault"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """One finding. `key` names it as long as it is the same thing; `line` and `cure` in words."""

    key: str
    level: Level
    part: str
    line: str
    cure: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """One record of the kiosk's log, as it may be shown."""

    at: datetime
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """How everything is at `at`. `pid`: of the kiosk that answered; None where none did.

    `name`: who this kiosk is, for the head. `found`: what of whom, in the language asked for,
    and `summary` all of it in one sentence.
    """

    at: datetime
    name: str
    pid: int | None
    found: Sequence[Found]
    log: Sequence[LogLine]
    summary: str = ""


class Action(StrEnum):
    """What a technician can have done; each is asked for twice."""

    SYNC = "sync"
    PACKS = "packs"
    PRINT = "print"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action: whether all went well, and a sentence."""

    good: bool
    text: str


class Kiosk(Protocol):
    """The kiosk that is looked at. No call raises; none but `act` changes anything."""

    async def look(self, language: str, *, whole: bool) -> Look:
        """How it is. `whole`: ask server and devices too, which takes a moment."""

    async def act(self, action: Action, language: str) -> Outcome:
        """Have the running kiosk do it."""
