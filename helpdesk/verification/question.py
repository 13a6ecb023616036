"""What is asked of a check, and what is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from invoices.claim import Claim
    from invoices.crc import CrcState
    from invoices.outcome import Outcome
    from invoices.verdict import Verdict

ADOPTED: Final = ""
"""What was asked of a check that was told, not asked: a kiosk asking by its op_id hears of it."""


class Reading(NamedTuple):
    """What a request says of an invoice; no claim where its text could not be read."""

    claim: Claim | None
    crc: CrcState | None = None


class Question(NamedTuple):
    """What is asked, and by whom.

    `read` is called once, when it is the question's turn, and must not raise. `asked` is the
    request as given: a retry must ask the very same. `channel` counts its daily limit apart;
    `name` is a kiosk's prefix or "". `numbered` asks for a record number; else `record` is
    kept, which may be "". `token` is the record's 96 bits of chance (20 characters), or "".
    """

    op_id: str
    read: Callable[[], Reading]
    asked: tuple[str, ...]
    channel: str
    name: str = ""
    record: str = ""
    numbered: bool = False
    token: str = ""


class Pending(NamedTuple):
    """A question that came in at `at` (UTC), on the Beijing day `day`.

    `asked` is all that a retry must repeat, as one text. `told` is the verdict that a kiosk has
    already given; `as_of` is when the registry was asked, where that is later than the check.
    """

    question: Question
    asked: str
    day: date
    at: datetime
    told: Verdict | None = None
    as_of: datetime | None = None


class Recorded(NamedTuple):
    """A check that is on the disk; `asked` is the request that was answered first.

    `claimed` is what that request said of the invoice, in the words of `sealed_form.claimed`;
    only one that was on the disk before this transaction (`repeated`) carries it.
    """

    outcome: Outcome
    record: str
    asked: str
    repeated: bool = False
    claimed: tuple[str, ...] = ()
    token: str = ""
