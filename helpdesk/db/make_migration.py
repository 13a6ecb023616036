"""``python -m helpdesk.db.make_migration``: write the migrations that the models still need."""

from __future__ import annotations

import asyncio
import sys

from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

from helpdesk.db.apps import MODELS

__all__ = ["main", "needed"]


def _config() -> dict[str, object]:
    return {
        "connections": {
            "default": {
                "engine": "helpdesk.db.sqlite_client",
                "credentials": {"file_path": ":memory:"},
            }
        },
        "apps": {
            name: {"models": [module], "migrations": migrations, "default_connection": "default"}
            for name, (module, migrations) in MODELS.items()
        },
    }


async def needed(*, write: bool) -> list[str]:
    """Return the migrations that models and files differ by; optionally write them."""
    config = _config()
    with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        if context.apps is None:
            return []
        detector = MigrationAutodetector(context.apps, config["apps"])  # type: ignore[arg-type]
        if write:
            return await detector.write()
        return [writer.name for writer in await detector.changes()]


def main(arguments: list[str]) -> int:
    """Write the files and print their paths; with ``--check`` only name them, status 1 if any."""
    check = "--check" in arguments
    names = asyncio.run(needed(write=not check))
    for name in names:
        sys.stdout.write(name + "\n")
    return 1 if check and names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
