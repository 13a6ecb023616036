"""One check with its outcome, as a kiosk keeps and shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from invoices.claim import Claim
    from invoices.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Check:
    """A check that happened.

    `op_id` is the UUIDv7 made before the first attempt, `record` the number on the slip,
    `token` its 96-bit secret (20 characters of base32), `at` the moment (UTC). `claim` is
    `None` where the scan could not be read or the claim has been erased.
    """

    op_id: str
    record: str
    token: str
    claim: Claim | None
    outcome: Outcome
    at: datetime
