"""What the control socket offers of the packs."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import asdict
from typing import TYPE_CHECKING

from helpdesk.packs.service import PackService, Progress

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from helpdesk.resources import Resources
    from helpdesk.slices import JsonValue

BUILD = "packs build"


async def build(
    resources: Resources, _params: Mapping[str, JsonValue]
) -> AsyncIterator[Mapping[str, JsonValue]]:
    """Build now. Lines: `{"progress": {"done", "total"}}` and last `{"report": {...}}`.

    Raises:
        PacksError, DatabaseError: Why not; what counted before still does.
    """
    async with aclosing(PackService(resources).build()) as events:
        async for event in events:
            name = "progress" if isinstance(event, Progress) else "report"
            yield {name: asdict(event)}
