"""Earlier checks, for whoever holds their slip."""

from __future__ import annotations

import hmac
import logging
from typing import TYPE_CHECKING

from kiosk.sealing import SealError

if TYPE_CHECKING:
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
            try:
                check = await self._book.find(record)
            except SealError as error:
                logger.warning("record %s: %s", record, error.code)
            else:
                if check and hmac.compare_digest(check.token.encode(), token.encode()):
                    return check
        return await self._book.summary(record)
