"""What a slip's code is worth by the list that this server gives to its kiosks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from helpdesk.trust.errors import TrustError
from helpdesk.wire import slip_code
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault

if TYPE_CHECKING:
    from helpdesk.trust.authority import TrustAuthority
    from helpdesk.wire.slip_claims import SlipClaims
    from helpdesk.wire.trust_list import TrustList

NO_LIST: Final = "slip.no_list"
"""This server has no root, or no issuer: it knows no keys."""

_TOLD: Final = frozenset(
    {
        Fault.SLIP_UNSIGNED,
        Fault.SLIP_TRUST_EXPIRED,
        Fault.SLIP_EXPIRED,
        Fault.SLIP_REVOKED,
        Fault.SLIP_REVOCATION_UNKNOWN,
    }
)
"""Faults of codes that are what their kiosk wrote, as the kiosks have it too."""
_UNKNOWN: Final = frozenset(
    {
        NO_LIST,
        Fault.SLIP_TRUST_EXPIRED,
        Fault.SLIP_KEY_UNKNOWN,
        Fault.SLIP_REVOCATION_UNKNOWN,
    }
)
_OPENS: Final = frozenset({Fault.SLIP_UNSIGNED, Fault.SLIP_EXPIRED})


class Worth(StrEnum):
    """Whether to believe a slip."""

    GOOD = "good"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found out; `claims` is None where they may not be what a kiosk wrote."""

    fault: str | None
    claims: SlipClaims | None

    @property
    def worth(self) -> Worth:
        """Whether to believe it."""
        if self.fault is None:
            return Worth.GOOD
        return Worth.UNKNOWN if self.fault in _UNKNOWN else Worth.REFUSED

    @property
    def opens(self) -> bool:
        """Whether its paper may open its record: it was not taken back, its key not revoked."""
        return self.claims is not None and (self.fault is None or self.fault in _OPENS)


async def examine(authority: TrustAuthority, code: str) -> Examined:
    """Check a code; never raises for what the code is.

    Raises:
        DatabaseError: the list cannot be read.
    """
    try:
        return Examined(None, (await authority.check_slip(code)).claims)
    except TrustError:
        return _without_list(code)
    except WireError as error:
        if error.code not in _TOLD:
            return Examined(str(error.code), None)
        listed = await authority.listed()
        return Examined(str(error.code), _unsigned(code) or _signed(code, listed))


def _without_list(code: str) -> Examined:
    """What can be told without a list: that a text is no code, or that nobody signed it."""
    try:
        return Examined(Fault.SLIP_UNSIGNED, slip_code.unsigned_claims(code))
    except WireError as error:
        # The code that `unsigned_claims` gives to one that bears a signature.
        return Examined(NO_LIST if error.code == Fault.SLIP_UNSIGNED else str(error.code), None)


def _unsigned(code: str) -> SlipClaims | None:
    try:
        return slip_code.unsigned_claims(code)
    except WireError:
        return None


def _signed(code: str, listed: TrustList) -> SlipClaims | None:
    try:
        return slip_code.signed_claims(code, listed)
    except WireError:
        return None
