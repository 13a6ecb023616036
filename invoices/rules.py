"""When an invoice cannot be verified, before anyone looks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from invoices.dates import years_before
from invoices.kinds import Kind
from invoices.verdict import Verdict

if TYPE_CHECKING:
    from datetime import date

    from invoices.claim import Claim


@dataclass(frozen=True, slots=True)
class Policy:
    """The platform's rules, each of which a centre may turn off with `False` or `None`.

    `next_day`: an invoice can be verified from the day after its issue. `years`: only so
    many years back. `daily_limit`: checks of one invoice a day.
    """

    next_day: bool = True
    years: int | None = 5
    daily_limit: int | None = 5

    def oldest(self, today: date) -> date | None:
        """The first day of issue that is not too old on `today`; None where none is."""
        return None if self.years is None else years_before(today, self.years)

    def exhausted(self, checks_today: int) -> bool:
        """Whether an invoice checked so often today may not be checked again."""
        return self.daily_limit is not None and checks_today >= self.daily_limit


def refusal(claim: Claim, today: date, policy: Policy) -> Verdict | None:
    """Why the claim is not looked up at all, or `None`; `today` is the Beijing day.

    In this order: bad input (an unnamed invoice, a missing field, a future date), a kind no
    rule knows, too early, too old.
    """
    unknown = claim.kind is Kind.UNKNOWN
    named = claim.identified or (unknown and claim.code)
    future = claim.issued_on is not None and claim.issued_on > today
    if not named or claim.missing or future:
        return Verdict.BAD_INPUT
    if unknown or claim.issued_on is None:
        return Verdict.UNSUPPORTED
    if policy.next_day and claim.issued_on >= today:
        return Verdict.TOO_EARLY
    oldest = policy.oldest(today)
    if oldest is not None and claim.issued_on < oldest:
        return Verdict.TOO_OLD
    return None
