"""What enrolment gives to slips: the key that signs them, and the list that checks all kiosks'."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Final

from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.trust_file import TrustFile
from kiosk.errors import KioskError
from kiosk.trust.issuer import SlipIssuer

if TYPE_CHECKING:
    from kiosk.clock import Clock
    from kiosk.identity.book import IdentityBook
    from kiosk.identity.identity import Identity
    from kiosk.sync.pull import Values
    from kiosk.trust.store import TrustStore

logger = logging.getLogger(__name__)

_KEY: Final = ""
"""Under the topic `trust` there is one list."""


def issuer_of(identity: Identity | None) -> SlipIssuer | None:
    """Who signs slips here; None for a kiosk that was never enrolled, or is not trusted now."""
    if identity is None or identity.secrets is None or not identity.trusted:
        return None
    return SlipIssuer(
        centre=identity.centre,
        kiosk=identity.kiosk,
        invoice_key=identity.secrets.invoice_key,
        signer=identity.pair.signer,
    )


class TrustKeeper:
    """Keeps the store at the latest list: that of the enrolment, then whatever is pulled."""

    def __init__(self, store: TrustStore, identities: IdentityBook, clock: Clock) -> None:
        self._store = store
        self._identities = identities
        self._clock = clock

    async def follow(self, values: Values) -> None:
        """Take what the topic `trust` says now; a list that does not hold is logged, not taken."""
        await asyncio.to_thread(self._take, values)

    def _take(self, values: Values) -> None:
        form = self._identities.form
        if form is None or form.server.root is None:
            return
        try:
            self._store.pin([form.server.root])
            if form.trust and not self._store.version:
                self._accept(TrustFile(bundle=form.trust))
            if _KEY in values:
                self._accept(TrustFile.read(json.dumps(values[_KEY]).encode()))
        except (WireError, KioskError) as error:
            logger.error("the trust list was not taken: %s", error.code)  # noqa: TRY400 - coded

    def _accept(self, given: TrustFile) -> None:
        try:
            self._store.accept(given.bundle, given.parts, self._clock.now())
        except WireError as error:
            # A stick may have brought a later one than was pulled last.
            if error.code != Fault.TRUST_ROLLBACK:
                raise
