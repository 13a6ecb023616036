"""The book of checks: what goes in, what comes out, and the port to where it is kept.

Every check is one row, numbered without gaps in the order of committing, and a later row never
changes an earlier number. Beside it stands its entry in the journal. A check that waits for the
server's answer is completed at most once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from invoices.check import Check
    from invoices.claim import Claim
    from invoices.outcome import Outcome
    from invoices.told import Told


class Entry(StrEnum):
    """How the invoice came in."""

    SCAN = "scan"
    TYPED = "typed"


class Delivery(StrEnum):
    """Who gave the outcome."""

    ANSWERED = "answered"
    """The server."""
    KEPT = "kept"
    """Nobody yet: the server is to be asked again under the same id."""
    PROVISIONAL = "provisional"
    """The data on this machine, until the server has checked in full."""
    REFUSED = "refused"
    """Nobody will: the kiosk itself refused, by rules that need no registry, or the server
    has refused the entry."""


@dataclass(frozen=True, slots=True)
class NewCheck:
    """A check about to be kept. `at` is UTC, `day` the centre's business day."""

    op_id: str
    token: str
    claim: Claim
    entry: Entry
    outcome: Outcome
    delivery: Delivery
    at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class KeptCheck:
    """A check that still waits for its answer."""

    op_id: str
    record: str
    claim: Claim


@dataclass(frozen=True, slots=True)
class CheckSummary:
    """What whoever knows a record number alone may learn."""

    record: str
    at: datetime
    told: Told


@dataclass(frozen=True, slots=True)
class Tally:
    """What `kiosk status` tells of the book: checks of one day, and those that wait."""

    today: int
    kept: int


class CheckBook(Protocol):
    """Where checks are kept. Each call raises `StoreError` when the disk fails it."""

    async def add(self, new: NewCheck) -> Check:
        """Give the check its record number and keep both; committed when it returns."""

    async def complete(self, op_id: str, outcome: Outcome, at: datetime) -> bool:
        """Give a check that waits its answer; false where it has one already."""

    async def kept(self, *, told: bool = False) -> Sequence[KeptCheck]:
        """The checks without any answer, oldest first; then those that have a provisional one.

        With `told`, without those whose journal entry the server has not judged.
        """

    async def find(self, record: str) -> Check | None:
        """One check by its record number; None also for one whose details had their time.

        Raises:
            SealError: it is there and cannot be opened.
        """

    async def summary(self, record: str) -> CheckSummary | None:
        """What of a check is in the clear."""

    async def asked(self, claim: Claim, day: date) -> int:
        """How often the invoice of a claim was looked for on a day, found or not."""

    async def wrong(self, since: datetime, until: datetime, most: int) -> int:
        """How many of the last `most` mismatches and numbers not found fell into this time.

        Whoever gave the answer, and also before a restart.
        """

    async def tally(self, day: date) -> Tally:
        """How much there is."""
