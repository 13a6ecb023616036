"""What is known of the kiosk's surroundings, and who wants to hear of changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kiosk.link import Link

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Link, printer (a `printers.status.PrinterState`, or `none`) and scanner.

    The scanner is `ready`, `lost`, `unknown` or `none`: one that types like a keyboard is
    unknown until its first scan. `data_as_of`: of when the packs on this machine are.
    """

    link: Link = Link.UNKNOWN
    since: datetime | None = None
    printer: str = "unknown"
    scanner: str = "unknown"
    data_as_of: datetime | None = None


class StatusBoard:
    """Holds the present state; every change is told once."""

    def __init__(self, first: Surroundings) -> None:
        self._now = first
        self._listeners: dict[object, Callable[[Surroundings], None]] = {}

    @property
    def now(self) -> Surroundings:
        """The present state."""
        return self._now

    def watch(self, heard: Callable[[Surroundings], None]) -> Callable[[], None]:
        """Call `heard` at every change until the answer is called; twice is harmless."""
        key = object()
        self._listeners[key] = heard
        return lambda: self._listeners.pop(key, None) and None

    def link(self, link: Link, since: datetime | None) -> None:
        """The link changed."""
        self._become(replace(self._now, link=link, since=since))

    def printer(self, state: str) -> None:
        """The printer said, or did not say, how it is."""
        self._become(replace(self._now, printer=state))

    def scanner(self, state: str) -> None:
        """The scanner came or went."""
        self._become(replace(self._now, scanner=state))

    def data(self, as_of: datetime | None) -> None:
        """Other packs are in use, or none."""
        self._become(replace(self._now, data_as_of=as_of))

    def _become(self, now: Surroundings) -> None:
        if now == self._now:
            return
        self._now = now
        for heard in tuple(self._listeners.values()):
            heard(now)
