"""What became of one entry: when it was written, what it says, and the server's word on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from helpdesk.wire.check_entry import CheckPayload
from helpdesk.wire.errors import WireError
from helpdesk.wire.journal_form import SALT_BYTES, read_header
from helpdesk.wire.journal_kinds import KINDS
from kiosk.errors import KioskError
from kiosk.journal.journal import TABLE, place
from kiosk.sealing import SealError

if TYPE_CHECKING:
    from helpdesk.wire.journal_form import Header
    from kiosk.db.port import Connection, Row
    from kiosk.sealing import Sealer

_BY_SEQ = """
    SELECT journal, seq, op_id, header, sealed, sent_at, outcome, reason, judged_at
    FROM journal_entries WHERE seq = ? ORDER BY journal DESC LIMIT 1
"""
_BY_RECORD = """
    SELECT journal, journal_entries.seq, journal_entries.op_id, header, sealed, sent_at, outcome,
        reason, judged_at
    FROM checks JOIN journal_entries ON journal_entries.op_id = checks.op_id
    WHERE checks.record = ? ORDER BY journal DESC LIMIT 1
"""


class StoryError(KioskError):
    """`sync.unknown_entry`: there is no such entry, or not any more."""


@dataclass(frozen=True, slots=True)
class Story:
    """One entry's. Nothing of an invoice or a person is in it: `says` names records and results.

    `at` is the wall clock's word (UTC), doubtful where `suspect`; `sent_at` too. `judged_at` is
    the server's. `outcome` is None while the server has not judged it.
    """

    seq: int
    op_id: str
    kind: str
    at: datetime
    suspect: bool
    says: dict[str, str]
    sent_at: datetime | None
    outcome: str | None
    reason: str | None
    judged_at: datetime | None

    def form(self) -> dict[str, Any]:
        """As JSON tells it."""
        given = {name: getattr(self, name) for name in self.__slots__}
        for name in ("at", "sent_at", "judged_at"):
            given[name] = given[name] and given[name].isoformat()
        return given


class Stories:
    """Tells them."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    async def of(self, named: str) -> Story:
        """The story of an entry, by its number or by the record it tells of.

        Raises:
            StoryError: `sync.unknown_entry`.
        """
        by_seq = named.isascii() and named.isdigit() and len(named) < len(str(1 << 63))
        sql, arg = (_BY_SEQ, int(named)) if by_seq else (_BY_RECORD, named.strip().upper())
        rows = await self._connection.fetch(sql, arg)
        if not rows:
            raise StoryError("sync.unknown_entry", {"entry": named[:32]})
        return self._story(rows[0])

    def _story(self, row: Row) -> Story:
        number, seq, op_id, header, sealed, sent_at, outcome, reason, judged_at = row
        head = read_header(header)
        return Story(
            seq=seq,
            op_id=op_id,
            kind=head.kind,
            at=head.at,
            suspect=bool(head.clock_suspect),
            says=self._says(number, head, sealed),
            sent_at=_moment(sent_at),
            outcome=outcome,
            reason=reason,
            judged_at=_moment(judged_at),
        )

    def _says(self, number: int, head: Header, sealed: bytes | None) -> dict[str, str]:
        """What may be told of the content; nothing of one that is erased, damaged or newer."""
        if sealed is None:
            return {}
        try:
            opened = self._sealer.open(TABLE, place(number, head.seq), sealed)
            payload = KINDS.read(head.kind, opened[SALT_BYTES:])
        except (SealError, WireError):
            return {}
        if not isinstance(payload, CheckPayload):
            return {}
        state, source, as_of = payload.state, payload.source, payload.as_of
        return (
            {"record": payload.record, "verdict": payload.verdict.value}
            | ({"state": state.value} if state else {})
            | ({"source": source.value} if source else {})
            | ({"as_of": as_of.astimezone(UTC).isoformat()} if as_of else {})
        )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
