"""What the control socket offers of the registry."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from helpdesk.clock import today
from helpdesk.registry.importing import Importer, Progress, Refusal, Summary
from helpdesk.registry.store import RegistryStore
from helpdesk.registry.totals import Totals

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from helpdesk.registry.importing import Event
    from helpdesk.resources import Resources
    from helpdesk.slices import JsonValue

IMPORT = "import"


async def import_file(
    resources: Resources, params: Mapping[str, JsonValue]
) -> AsyncIterator[Mapping[str, JsonValue]]:
    """Import `params["file"]`, an absolute path; `params["strict"]` checks all of it first.

    Lines: `{"refused": {"line", "code", "params"}}`, `{"progress": {"done", "total"}}` and
    last `{"summary": {...}}`. Raises `TableError` and `DatabaseError`.
    """
    database, keys = resources.database, resources.keys
    importer = Importer(
        database,
        RegistryStore(database, keys),
        Totals(database, keys),
        today(resources.clock, resources.config.centre.zone),
    )
    path = Path(str(params.get("file", "")))
    async with aclosing(importer.run(path, strict=bool(params.get("strict")))) as events:
        async for event in events:
            yield _line(event)


def _line(event: Event) -> Mapping[str, JsonValue]:
    match event:
        case Refusal(line, error):
            return {"refused": {"line": line, "code": error.code, "params": dict(error.params)}}
        case Progress(done, total):
            return {"progress": {"done": done, "total": total}}
        case Summary():
            return {"summary": asdict(event)}
