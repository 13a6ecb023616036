"""Earlier checks, for whoever holds their slip."""

from __future__ import annotations

import hmac
import logging
from typing import TYPE_CHECKING

from helpdesk.wire.slip_document import document_id
from kiosk.sealing import SealError

if TYPE_CHECKING:
    from helpdesk.wire.slip_claims import SlipClaims
    from invoices.check import Check
    from kiosk.check_book import CheckBook, CheckSummary

logger = logging.getLogger(__name__)


class Records:
    """Looks up a check. The slip's token opens it; the number alone shows verdict and time."""

    def __init__(self, book: CheckBook) -> None:
        self._book = book

    async def find(self, record: str, token: str | None) -> Check | CheckSummary | None:
        """The check with its token, else its summary, `None` for a number never given.

        Raises:
            StoreError: the database cannot be read.
        """
        if token is not None:
            check = await self._opened(record)
            if check and hmac.compare_digest(check.token.encode(), token.encode()):
                return check
        return await self._book.summary(record)

    async def of_slip(self, claims: SlipClaims) -> Check | None:
        """The check whose slip this is: its document id shows that somebody holds the paper.

        `None` for another kiosk's slip, and for one that this kiosk never printed.

        Raises:
            StoreError: the database cannot be read.
        """
        check = await self._opened(claims.record)
        if check is None or claims.told is None:
            return None
        printed = document_id(check.record, check.token, claims.told)
        return check if hmac.compare_digest(printed, claims.document_id) else None

    async def _opened(self, record: str) -> Check | None:
        try:
            return await self._book.find(record)
        except SealError as error:
            logger.warning("record %s: %s", record, error.code)
            return None
