"""The one moment at which rows without a mark are ours: while a database gets its marks.

Never again after it: somebody who writes SQL leaves no mark, and would have himself believed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from helpdesk.kiosks.roster import Roster
from helpdesk.trust.book import TABLE, KeyRows

if TYPE_CHECKING:
    from collections.abc import Collection

    from helpdesk.db import Database
    from helpdesk.security import KeyRing

MARKING: Final = frozenset({"kiosks.0003_marks", "trust.0002_marks"})
"""The migrations that add the columns."""

_log = structlog.stdlib.get_logger("helpdesk")


def needs_marks(applied: Collection[str]) -> bool:
    """Whether these migrations, just applied, leave rows to be marked."""
    return not MARKING.isdisjoint(applied)


async def mark_rows(database: Database, ring: KeyRing) -> int:
    """Mark all rows of kiosks and keys that have no mark; how many.

    Raises:
        DatabaseError: None was marked.
    """
    async with database.transaction() as tx:
        marked = await Roster(database, ring).mark_all(tx)
        marked += await KeyRows(database, ring.row_mac(TABLE)).mark_all(tx)
    if marked:
        _log.info("rows.marked", count=marked)
    return marked
