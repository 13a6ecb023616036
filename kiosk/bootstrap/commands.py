"""What the control socket and the command line can ask of a kiosk: JSON in, JSON out."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpdesk.wire.errors import WireError
from invoices.errors import InvoiceError
from kiosk.answer import answer_of, offline_answer, unread_answer
from kiosk.bootstrap.pack_commands import PackCommands
from kiosk.bootstrap.sync_commands import SyncCommands
from kiosk.bootstrap.trust_commands import TrustCommands
from kiosk.check_book import Entry
from kiosk.errors import KioskError
from kiosk.reader import InvoiceScan, read_text
from kiosk.scanners.decoding import decode

if TYPE_CHECKING:
    from invoices.check import Check
    from kiosk.bootstrap.core import Core
    from kiosk.i18n import Catalogues, Translate
    from kiosk.printing import Printing
    from kiosk.status import StatusBoard


Command = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]
"""Params to one JSON object."""


@dataclass(frozen=True, slots=True)
class Commands:
    """The commands of one kiosk, running with a screen or not.

    Params of every command: `language`. Each answers with one JSON object or raises `KioskError`.
    """

    core: Core
    catalogues: Catalogues
    board: StatusBoard | None = None
    printing: Printing | None = None
    checked: Callable[[Check], None] | None = None

    @property
    def table(self) -> Mapping[str, Command]:
        """The commands by the names callers use."""
        own = {"verify": self.verify, "status": self.status, "reprint": self.reprint}
        parts = (SyncCommands(self.core), PackCommands(self.core), self._trust)
        return own | {name: answer for part in parts for name, answer in part.table.items()}

    async def verify(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Check `payload`, a code's text in hex; `error` tells why one could not be read.

        With `offline` only the data on this machine are asked; without a key to read them nothing
        is kept, and `error` tells so.
        """
        text = self._text(params)
        try:
            given = decode(bytes.fromhex(str(params.get("payload", ""))))
            found = read_text(given, self.core.site.current)
        except (InvoiceError, KioskError, WireError) as error:
            return _unread(text, error.code, error.params)
        except ValueError:
            return _unread(text, "scan.empty", {})
        if not isinstance(found, InvoiceScan):
            return _unread(text, "qr.foreign", {})
        offline = params.get("offline") is True
        await self.core.packs.ensure_open()
        if offline and not self.core.packs.trusted:
            return offline_answer(text) | {"error": {"code": "pack.no_key", "params": {}}}
        check = await self.core.verification.check(found.claim, Entry.SCAN, offline=offline)
        if self.checked:
            self.checked(check)
        return answer_of(check, text)

    async def status(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """How the kiosk is now."""
        del params
        tally = await self.core.database.checks.tally(self.core.clock.today())
        form: dict[str, Any] = {"running": self.board is not None}
        if self.board:
            now = self.board.now
            form |= {
                "pid": os.getpid(),
                "link": now.link.value,
                "since": now.since and now.since.isoformat(),
                "printer": now.printer,
                "scanner": now.scanner,
            }
        sync = await SyncCommands(self.core).status({})
        return form | {"today": tally.today, "kept": tally.kept, "sync": sync}

    async def reprint(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Print the slip of `record` once more."""
        if self.printing is None:
            raise KioskError("printing.no_printer")
        return {"job": await self.printing.reprint(str(params.get("record", "")))}

    @property
    def _trust(self) -> TrustCommands:
        return TrustCommands(self.core.trust, self.core.clock)

    def _text(self, params: Mapping[str, Any]) -> Translate:
        language = params.get("language")
        languages = self.catalogues.languages
        return self.catalogues.translator(str(language) if language in languages else languages[0])


def _unread(text: Translate, code: str, params: Mapping[str, str]) -> dict[str, Any]:
    return unread_answer(text) | {"error": {"code": code, "params": dict(params)}}
