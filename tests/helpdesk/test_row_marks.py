"""An installation of before there were marks is brought up to date; nobody is marked after that."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from helpdesk.kiosks.bureau import Bureau
from tests.helpdesk.kiosks.test_commands import Shell, shell  # noqa: F401 - a fixture

TABLES = ("kiosks_key", "kiosks_kiosk", "trust_key")
STEPS = ("kiosks.0003_marks", "trust.0002_marks", "registry.0003_bound_versions")


def run_sql(folder: Path, *statements: str) -> None:
    database = sqlite3.connect(folder / "data/helpdesk/helpdesk.sqlite3")
    for sql in statements:
        database.execute(sql)
    database.commit()
    database.close()


def made_old(folder: Path) -> None:
    """The database as it was before these migrations."""
    run_sql(
        folder,
        *(f"ALTER TABLE {table} DROP COLUMN mac" for table in TABLES),
        *(
            f"DELETE FROM tortoise_migrations WHERE app || '.' || name = '{step}'"  # noqa: S608 - constants
            for step in STEPS
        ),
    )


def believed(shell: Shell, kiosk: str) -> tuple[str, int]:  # noqa: F811
    """How a kiosk stands, and how many of its keys count."""

    async def look(bureau: Bureau) -> tuple[str, int]:
        (line,) = await bureau.fleet.kiosks()
        return line.standing.value, len(await bureau.roster.keys_of(kiosk))

    found: tuple[str, int] = shell.inside(look)
    return found


def test_rows_of_before_are_marked_by_the_migration_and_by_nothing_else(shell: Shell) -> None:  # noqa: F811
    kiosk = shell.kiosk()
    made_old(shell.folder)
    applied = {line["applied"] for line in shell.answers("migrate")}
    assert applied >= set(STEPS)
    assert believed(shell, kiosk.kiosk) == ("active", 1)
    run_sql(shell.folder, *(f"UPDATE {table} SET mac = NULL" for table in TABLES))  # noqa: S608 - constants
    assert shell.answers("migrate") == []
    assert believed(shell, kiosk.kiosk) == ("quarantined", 0)
