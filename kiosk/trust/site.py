"""The public site as the server last said: under whose addresses a phone opens records and slips.

The running kiosk follows the server; a command beside it reads what the kiosk wrote down.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Final

from helpdesk.wire.errors import WireError
from helpdesk.wire.site import Site
from kiosk.key_file import KeyFileError, read_private, write_private

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.sync.pull import Values

logger = logging.getLogger(__name__)

FILE: Final = "site.json"


class PublicSite:
    """Follows the topic `site`; `current` is None where the server has no public site."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self.current: Site | None = None

    async def follow(self, values: Values) -> None:
        """Take what the server says now; a value that is no site is logged and counts as none."""
        text = values.get("", {}).get("site", "")
        self.current = _parsed(text)
        await asyncio.to_thread(self._write, text if self.current else "")

    def _write(self, text: str) -> None:
        try:
            write_private(self._path, json.dumps({"site": text}).encode())
        except OSError as error:
            # The codes on screen and paper need no file: commands beside the kiosk do.
            logger.error("site.json cannot be written: %s", error.strerror)  # noqa: TRY400 - named


def read_site(folder: Path) -> Site | None:
    """The site that the kiosk of this data folder knows; None where it knows none. Blocks."""
    try:
        form = json.loads(read_private(folder / FILE))
    except (KeyFileError, ValueError):
        return None
    return _parsed(form.get("site", "")) if isinstance(form, dict) else None


def _parsed(text: object) -> Site | None:
    if not isinstance(text, str) or not text:
        return None
    try:
        return Site.parse(text)
    except WireError as error:
        logger.error("the server's site was not taken: %s", error.code)  # noqa: TRY400 - coded
        return None
