"""The code of a record on screen: an address for phones where there is a public site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpdesk.wire.site import LONGEST_ON_SCREEN
from invoices.record import record_code
from tui.kiosk.ports import ScreenCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk.wire.site import Site


class SiteCodes:
    """`RecordCodes` of the screens; `site` is asked for each code."""

    def __init__(self, site: Callable[[], Site | None]) -> None:
        self._site = site

    def of(self, record: str, token: str) -> ScreenCode:
        """The record's address; the short code where there is no site or it would not fit."""
        site = self._site()
        if site is not None:
            address = site.record_address(record, token)
            if len(address) <= LONGEST_ON_SCREEN:
                return ScreenCode(address, opens=True)
        return ScreenCode(record_code(record, token))
