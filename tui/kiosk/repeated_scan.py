"""One code under the scanner is one check: is this the code that was read last?

A scanner on a stand reads for as long as the paper lies there. The code itself is not kept, so
that nothing of a visit outlives it: a hash tells it from any other.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import datetime, timedelta

    from tui.kiosk.screen import KioskScreen


class Repetition(Enum):
    """What a reading is, after the one before."""

    NONE = auto()
    """A scan of its own."""
    AT_ONCE = auto()
    """The same code within the window: the paper lies there still."""
    LATER = auto()
    """The same code again, after a pause, while its answer stands."""


class LastScan:
    """The code read last, when, and the page that answers it.

    `window` is how long after a reading the same code is still the same scan, page or not.
    """

    def __init__(self, window: timedelta) -> None:
        self._window = window
        self._code: int | None = None
        self._read_at: datetime | None = None
        self._page: KioskScreen | None = None
        self._final = True
        self._answered = False

    def begin(self, code: Hashable, at: datetime) -> None:
        """Another code, or the same one as a scan of its own."""
        self._code, self._read_at = hash(code), at
        self._page, self._final, self._answered = None, True, False

    def clear(self) -> None:
        """Something else is asked for: the next scan is one of its own, whatever it reads."""
        self._code = self._page = self._read_at = None

    def answered(self, page: KioskScreen | None, *, final: bool = True) -> None:
        """The page that answers it; not `final` where asking again later may tell more."""
        if self._code is not None:
            self._page, self._final, self._answered = page, final, True

    def visitor_left(self) -> None:
        """Nothing of the page is kept; a paper that still lies there is no new check."""
        self._page = None

    def is_code(self, code: Hashable) -> bool:
        """Whether it is the code that was read last."""
        return self._code is not None and hash(code) == self._code

    def repetition(self, code: Hashable, page: KioskScreen | None, at: datetime) -> Repetition:
        """What a reading at `at` is, with `page` to see; noted as the latest one."""
        if not self.is_code(code) or not self._answered:
            return Repetition.NONE
        recent = self._read_at is not None and at - self._read_at < self._window
        self._read_at = at
        if recent:
            return Repetition.AT_ONCE
        stands = page is not None and page is self._page and self._final
        return Repetition.LATER if stands else Repetition.NONE
