"""Bringing a database up to the present form, one numbered file after the other."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from kiosk.db.port import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiosk.db.port import Connection

_NAME = re.compile(r"(\d{4})_[a-z_]+\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: its number and its statements."""

    number: int
    statements: tuple[str, ...]


def shipped() -> tuple[Migration, ...]:
    """The migrations of this version, in order. Reads files."""
    found = (
        Migration(int(match[1]), _statements(item.read_text("utf-8")))
        for item in resources.files("kiosk.db.migrations").iterdir()
        if (match := _NAME.fullmatch(item.name))
    )
    return tuple(sorted(found, key=lambda migration: migration.number))


async def migrate(connection: Connection, migrations: Sequence[Migration]) -> None:
    """Run what has not run yet; a step and its number are one transaction.

    Raises:
        StoreError: `store.newer` for a database of a later version, else as the connection.
    """
    ((present,),) = await connection.fetch("PRAGMA user_version")
    latest = migrations[-1].number
    if present > latest:
        raise StoreError("store.newer", {"found": str(present), "known": str(latest)})
    for migration in migrations:
        if migration.number > present:
            async with connection.transaction() as tx:
                for statement in migration.statements:
                    await tx.execute(statement)
                # A pragma takes no parameters; the number is ours.
                await tx.execute(f"PRAGMA user_version = {migration.number:d}")


def _statements(script: str) -> tuple[str, ...]:
    """The script cut where SQLite sees the end of a statement."""
    statements, pending = [], ""
    for line in script.splitlines():
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            statements.append(pending.strip())
            pending = ""
    return tuple(statements)
