"""``helpdesk migrate``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from helpdesk.cli.frame import DEFAULT_CONFIG, ConfigOption, JsonOption, frame_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk.config import Config

__all__ = ["add"]


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("migrate")(migrate)


def migrate(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Bring the schema up to date."""
    frame = frame_of(context)

    def on_step(name: str) -> None:
        if as_json:
            frame.json({"applied": name})
        else:
            frame.say("cli.migrate.applied", name=name)

    applied = asyncio.run(_migrate(frame.load(config), on_step))
    if not as_json:
        frame.say("cli.migrate.done" if applied else "cli.migrate.nothing")


async def _migrate(config: Config, on_step: Callable[[str], None]) -> tuple[str, ...]:
    from helpdesk.db import database_of
    from helpdesk.db import migrate as migrate_database
    from helpdesk.row_marks import mark_rows, needs_marks
    from helpdesk.security import KeyRing

    if config.sqlite_path is not None:
        folder = config.sqlite_path.parent
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    async with database_of(config.database_url) as database:
        applied = await migrate_database(database, on_step=on_step)
        # A database without a kiosk is marked by whoever makes the keys: there is nothing to mark.
        if needs_marks(applied) and await database.read("SELECT 1 FROM kiosks_kiosk LIMIT 1"):
            await mark_rows(database, await asyncio.to_thread(KeyRing.open, config.keys))
        return applied
