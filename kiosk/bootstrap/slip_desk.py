"""`SignedSlips`: codes of printed slips, checked by the trust list that is held here."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from kiosk.errors import KioskError
from kiosk.trust.slip_check import SlipChecker, Worth
from tui.kiosk.ports import SignedSlip, SlipSays, SlipWorth

if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk.wire.slip_claims import SlipClaims
    from invoices.check import Check
    from kiosk.clock import Clock
    from kiosk.records import Records
    from kiosk.trust.slip_check import SlipFinding
    from kiosk.trust.store import TrustHeld, TrustStore

logger = logging.getLogger(__name__)


class SignedSlipDesk:
    """Needs no server. The whole check is shown where the slip is this kiosk's own.

    `found` is told of a whole check before it is shown.
    """

    def __init__(
        self,
        store: TrustStore,
        records: Records,
        clock: Clock,
        found: Callable[[Check], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._records = records
        self._clock = clock
        self._found = found

    async def find(self, code: str) -> SignedSlip:
        """Check the code and look for its record."""
        held = await asyncio.to_thread(self._held)
        found = SlipChecker(held, self._clock.now()).check(code)
        return SignedSlip(
            worth=SlipWorth(found.worth.value),
            fault=found.fault or "",
            params=dict(found.params),
            says=None if found.claims is None else _says(found.claims),
            listed_at=found.list_issued_at,
            check=await self._own(found),
        )

    def _held(self) -> TrustHeld | None:
        try:
            return self._store.held()
        except KioskError as error:
            logger.error("no trust list: %s", error.code)  # noqa: TRY400 - coded
            return None

    async def _own(self, found: SlipFinding) -> Check | None:
        """The record of a slip that was not taken back; that its paper is here opens it."""
        withdrawn = found.worth is Worth.REFUSED and found.fault not in _STILL_OPENS
        if found.claims is None or withdrawn:
            return None
        try:
            check = await self._records.of_slip(found.claims)
        except KioskError as error:
            logger.error("records cannot be read: %s", error.code)  # noqa: TRY400 - coded
            return None
        if check is not None:
            self._found(check)
        return check


_STILL_OPENS = frozenset({"slip.unsigned", "slip.expired"})


def _says(claims: SlipClaims) -> SlipSays:
    centre, _, kiosk = claims.issuer.partition("/")
    return SlipSays(
        record=claims.record,
        centre=centre,
        kiosk=kiosk,
        at=claims.issued_at,
        told=claims.told,
    )
