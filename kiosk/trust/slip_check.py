"""What a slip's code is worth by the trust list that is held here, without asking anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from helpdesk.wire import slip_code
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from kiosk.verification import BELIEVED_SINCE

if TYPE_CHECKING:
    from datetime import datetime

    from helpdesk.wire.slip_claims import SlipClaims
    from kiosk.trust.store import TrustHeld

NO_LIST: Final = "slip.no_list"
"""There is no trust list here yet."""
CLOCK: Final = "slip.clock"
"""The kiosk's clock has lost its time."""


class Worth(StrEnum):
    """Whether to believe a slip."""

    GOOD = "good"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """It cannot be told here and now; with a newer list it can."""


_TOLD: Final = frozenset(
    {
        Fault.SLIP_UNSIGNED,
        Fault.SLIP_TRUST_EXPIRED,
        Fault.SLIP_EXPIRED,
        Fault.SLIP_REVOKED,
        Fault.SLIP_REVOCATION_UNKNOWN,
    }
)
"""Faults of codes that are what their kiosk wrote."""

_UNKNOWN: Final = frozenset(
    {
        NO_LIST,
        CLOCK,
        Fault.SLIP_TRUST_EXPIRED,
        Fault.SLIP_KEY_UNKNOWN,
        Fault.SLIP_REVOCATION_UNKNOWN,
    }
)


@dataclass(frozen=True, slots=True)
class SlipFinding:
    """What was found out about a code.

    Attributes:
        worth: whether to believe it.
        fault: why not, with the values of its sentence in `params`; None for a good one.
        claims: what it says, where a listed key has signed it, or nobody has and it says so;
            None where it may not be what its kiosk wrote.
        list_issued_at: how old the list is by which this was found; None without one.
    """

    worth: Worth
    fault: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    claims: SlipClaims | None = None
    list_version: int = 0
    list_issued_at: datetime | None = None
    list_expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class SlipChecker:
    """Checks codes by one list at one moment; `held` is None where there is no list yet."""

    held: TrustHeld | None
    now: datetime

    def check(self, text: str) -> SlipFinding:
        """What the code is worth. Never raises, whatever the text is."""
        try:
            claims = self._verified(text)
        except WireError as error:
            worth = Worth.UNKNOWN if error.code in _UNKNOWN else Worth.REFUSED
            said = self._said(text) if error.code in _TOLD else None
            return self._finding(worth, said, error)
        return self._finding(Worth.GOOD, claims)

    def _verified(self, text: str) -> SlipClaims:
        if self.held is None:
            raise _without_list(text, NO_LIST)
        if self.now.date() < BELIEVED_SINCE:
            raise _without_list(text, CLOCK)
        told, revocations = self.held.trust_list, self.held.revocations
        try:
            return slip_code.verify(text, told, revocations, self.now).claims
        except WireError as error:
            if error.code == Fault.SLIP_TRUST_EXPIRED:
                self._refuse_by_old_list(text, self.held)
            raise

    def _refuse_by_old_list(self, text: str, held: TrustHeld) -> None:
        """A forgery is one by an old list too, and what was revoked then is revoked.

        What the old list does not refuse it does not confirm either.
        """
        longer = {"expires": self.now + timedelta(seconds=1)}
        told = held.trust_list.model_copy(update=longer)
        try:
            slip_code.verify(text, told, held.revocations, self.now)
        except WireError as error:
            if error.code not in _UNKNOWN:
                raise

    def _said(self, text: str) -> SlipClaims | None:
        """What the code says, as far as somebody stands behind it or it says that nobody does."""
        try:
            return slip_code.unsigned_claims(text)
        except WireError as error:
            if error.code != Fault.SLIP_UNSIGNED or self.held is None:
                return None
        try:
            return slip_code.signed_claims(text, self.held.trust_list)
        except WireError:
            return None

    def _finding(
        self, worth: Worth, claims: SlipClaims | None, error: WireError | None = None
    ) -> SlipFinding:
        told = None if self.held is None else self.held.trust_list
        return SlipFinding(
            worth=worth,
            fault=None if error is None else str(error.code),
            params={} if error is None else error.params,
            claims=claims,
            list_version=0 if told is None else told.version,
            list_issued_at=None if told is None else told.issued_at,
            list_expires=None if told is None else told.expires,
        )


def _without_list(text: str, unless_unsigned: str) -> WireError:
    """What can be told without a list: that a text is no code, or that nobody signed it."""
    try:
        slip_code.unsigned_claims(text)
    except WireError as error:
        # The code that `unsigned_claims` gives to one that bears a signature.
        return WireError(unless_unsigned) if error.code == Fault.SLIP_UNSIGNED else error
    return WireError(Fault.SLIP_UNSIGNED)
