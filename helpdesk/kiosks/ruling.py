"""What an entry tells the server, and the server's permanent word on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from helpdesk.wire.journal_batch import EntryOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from helpdesk.db import Transaction
    from helpdesk.wire.journal_payload import JournalPayload


class Reason(StrEnum):
    """Why an entry was refused, or needs a person; each has a sentence `exception.<value>`."""

    DIFFERS = "check.differs"
    PREFIX = "check.prefix"
    CLOCK = "check.clock"
    OPERATION = "journal.op_id"
    ERASED = "journal.erased"
    FORK = "journal.fork"
    FORKS = "journal.forks"
    FENCED = "kiosk.fenced"
    QUARANTINED = "kiosk.quarantined"
    TWO_HOLDERS = "kiosk.two_holders"
    """A key of a kiosk that it gave up still signs: somebody else has it."""
    ROWS = "trust.rows"
    """Rows that decide whom to trust were not written by this server."""
    TRUST_LIST = "trust.too_large"
    """The trust list grew beyond what a kiosk can take; the last one stays in force."""


@dataclass(frozen=True, slots=True)
class Told:
    """An entry whose effect is due.

    `occurred` is the best known moment (UTC); it is `sure` unless the kiosk's clock could not
    be right and nothing else places it.
    """

    kiosk: str
    seq: int
    op_id: str
    payload: JournalPayload
    occurred: datetime
    sure: bool


@dataclass(frozen=True, slots=True)
class Ruling:
    """The verdict on an entry. With a reason it waits for a person, `told` and `found` beside it.

    Neither of the two says anything of an invoice but verdict and state.
    """

    outcome: EntryOutcome
    reason: str | None = None
    told: str | None = None
    found: str | None = None

    @classmethod
    def refused(cls, reason: Reason) -> Ruling:
        """Nothing was done."""
        return cls(EntryOutcome.REFUSED, reason)


APPLIED = Ruling(EntryOutcome.APPLIED)


class Effect(Protocol):
    """What one kind of entry does."""

    async def apply(self, tx: Transaction, items: Sequence[Told]) -> Sequence[Ruling]:
        """Do it for entries that follow one another, in the transaction that moves the mark.

        Their operations are new to the journals; whether one came another way (online) is the
        effect's to know. It must have no effect but through `tx`.
        """
        ...
