"""Changes that kiosks pull: positions in the order of commits, behind an opaque cursor.

A position is given out under a row lock that is held until the commit, so no reader can pass a
change that commits later. Each has a tag of chance: a cursor of a log that was since restored
from a backup does not fit this one, and is told so. It also says how far the log was trimmed when
it was given out: whoever is fetching everything may go on from a place before that, as long as
nothing more was trimmed since.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from helpdesk.kiosks.errors import KiosksError
from helpdesk.kiosks.moments import milliseconds
from helpdesk.kiosks.policy import Policy
from helpdesk.wire import binary, sync
from helpdesk.wire.errors import WireError
from helpdesk.wire.sync import MUST_REFETCH, Change

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, timedelta

    from helpdesk.clock import Clock
    from helpdesk.db import Database, Transaction
    from helpdesk.db.transaction import Row

_TAG_BYTES: Final = 8
_POSITION_BYTES: Final = 8
_CURSOR_BYTES: Final = _POSITION_BYTES + _TAG_BYTES + _POSITION_BYTES
_HEAD: Final = (
    "INSERT INTO kiosks_change_head (name, position, trimmed) VALUES ('log', 1, 0)"
    " ON CONFLICT (name) DO UPDATE SET position = kiosks_change_head.position + 1"
    " RETURNING position"
)
_ADD: Final = (
    "INSERT INTO kiosks_change (position, tag, topic, key, audience, value, at_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)"
)
_LATEST: Final = (
    "SELECT value FROM kiosks_change WHERE topic = $1 AND key = $2 AND audience = $3"
    " ORDER BY position DESC LIMIT 1"
)
_AFTER: Final = (
    "SELECT position, tag, topic, key, value,"
    " (SELECT trimmed FROM kiosks_change_head WHERE name = 'log') FROM kiosks_change"
    " WHERE position > $1 AND audience IN ('', $2) ORDER BY position LIMIT $3"
)
_OLD: Final = (
    "SELECT c.position FROM kiosks_change c WHERE c.at_ms < $1 AND (c.value IS NULL OR EXISTS"
    " (SELECT 1 FROM kiosks_change n WHERE n.topic = c.topic AND n.key = c.key"
    " AND n.audience = c.audience AND n.position > c.position))"
)


@dataclass(frozen=True, slots=True)
class Changes:
    """Some changes, the cursor behind them, and whether more follow."""

    changes: tuple[Change, ...]
    cursor: str
    more: bool


class ChangeLog:
    """Any slice publishes in its own transaction; what holds now is never trimmed."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        chance: Callable[[int], bytes] = secrets.token_bytes,
        policy: Policy | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._chance = chance
        self._policy = policy or Policy()

    async def publish(
        self,
        tx: Transaction,
        topic: str,
        key: str,
        value: Mapping[str, Any] | None,
        audience: str = "",
    ) -> bool:
        """Tell kiosks (all, or the one named `audience`) that `key` is `value` now.

        None takes it away. The same as before changes nothing; whether there was a change.

        Raises:
            KiosksError: `sync.value` for one that is too long for any kiosk.
        """
        text = None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
        if text is not None and len(text.encode()) > sync.VALUE_LENGTH:
            # An answer that no kiosk reads would keep all of them from every change after it.
            raise KiosksError("sync.value", topic=topic, key=key)
        Change(topic=topic, key=key, value=None if value is None else dict(value))
        latest = await tx.fetch(_LATEST, topic, key, audience)
        if (latest[0][0] if latest else None) == text:
            return False
        position = (await tx.fetch(_HEAD))[0][0]
        tag = self._chance(_TAG_BYTES).hex()
        now = milliseconds(self._clock.now())
        await tx.execute(_ADD, position, tag, topic, key, audience, text, now)
        return True

    async def latest(
        self, tx: Transaction, topic: str, key: str, audience: str = ""
    ) -> dict[str, Any] | None:
        """What `key` is now; None where it is nothing."""
        rows = await tx.fetch(_LATEST, topic, key, audience)
        return json.loads(rows[0][0]) if rows and rows[0][0] is not None else None

    async def after(self, cursor: str, limit: int, audience: str) -> Changes:
        """What came after `cursor`; after an empty one everything that holds, and perhaps more.

        Raises:
            KiosksError: `sync.must_refetch` for a cursor of another log, or one so old that
                what came after it is not complete any more.
        """
        position, trimmed = await self._position(cursor)
        rows = await self._database.read(_AFTER, position, audience, limit + 1)
        shown = _page(rows[:limit])
        if shown:
            number, tag, *_, now_trimmed = shown[-1]
            if cursor and position < now_trimmed != trimmed:
                # Trimmed between the two reads: what was taken away may be missing here.
                raise KiosksError(MUST_REFETCH)
            cursor = _cursor(number, tag, now_trimmed)
        return Changes(
            tuple(
                Change(topic=topic, key=key, value=None if value is None else json.loads(value))
                for _, _, topic, key, value, _ in shown
            ),
            cursor,
            len(rows) > len(shown),
        )

    async def trim(self, older_than: timedelta) -> int:
        """Drop what was superseded or taken away before; how many changes.

        Whoever has a cursor from before the last of them, given out before now, must fetch
        everything anew.
        """
        before: datetime = self._clock.now() - older_than
        async with self._database.transaction() as tx:
            old = [row[0] for row in await tx.fetch(_OLD, milliseconds(before))]
            if old:
                await tx.executemany(
                    "DELETE FROM kiosks_change WHERE position = $1", [(each,) for each in old]
                )
                await tx.execute(
                    "UPDATE kiosks_change_head SET trimmed = $1 WHERE trimmed < $1", max(old)
                )
        return len(old)

    async def _position(self, cursor: str) -> tuple[int, int]:
        """Where a cursor stands, and how far the log was trimmed when it was given out."""
        if not cursor:
            return 0, 0
        try:
            data = binary.from_text(cursor)
        except WireError as error:
            raise KiosksError(MUST_REFETCH) from error
        if len(data) != _CURSOR_BYTES:
            raise KiosksError(MUST_REFETCH)
        position = int.from_bytes(data[:_POSITION_BYTES], "big", signed=True)
        trimmed = int.from_bytes(data[-_POSITION_BYTES:], "big", signed=True)
        if not self._policy.cursor_of_this_log:
            return position, trimmed
        rows = await self._database.read(
            "SELECT c.tag, h.trimmed FROM kiosks_change c, kiosks_change_head h"
            " WHERE c.position = $1",
            position,
        )
        if not rows or rows[0][0] != data[_POSITION_BYTES:-_POSITION_BYTES].hex():
            raise KiosksError(MUST_REFETCH)
        if position < rows[0][1] != trimmed:
            raise KiosksError(MUST_REFETCH)
        return position, trimmed


def _page(rows: Sequence[Row]) -> Sequence[Row]:
    """As many of these changes as one answer may hold; one always does."""
    length = 0
    for count, (*_, value, _trimmed) in enumerate(rows):
        length += len((value or "").encode())
        if count and length > sync.VALUE_LENGTH:
            return rows[:count]
    return rows


def _cursor(position: int, tag: str, trimmed: int) -> str:
    numbers = (each.to_bytes(_POSITION_BYTES, "big") for each in (position, trimmed))
    return binary.to_text(bytes.fromhex(tag).join(numbers))
