"""The next version: an entry of a kind that this version's server does not know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from helpdesk.db import Transaction
from helpdesk.kiosks.ruling import APPLIED, Ruling, Told
from helpdesk.wire.check_entry import CheckPayload
from helpdesk.wire.journal_kinds import Kinds
from helpdesk.wire.journal_payload import JournalPayload


class VisitPayload(JournalPayload):
    """A queue number of the next version."""

    KIND: ClassVar[str] = "visit"

    number: str


NEWER_KINDS = Kinds(CheckPayload, VisitPayload)


class VisitEffect:
    """The next version's server takes it."""

    async def apply(self, tx: Transaction, items: Sequence[Told]) -> Sequence[Ruling]:
        return [APPLIED for _ in items]
