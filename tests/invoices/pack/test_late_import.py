"""A kiosk reads packs with the standard library alone."""

from __future__ import annotations

import subprocess
import sys

KEPT_OUT = {
    "numpy",
    "numba",
    "helpdesk",
    "kiosk",
    "tui",
    "asyncio",
    "socket",
    "sqlite3",
    "pydantic",
}


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*sorted(m.split('.')[0] for m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


def test_the_reader_loads_no_numbers_library() -> None:
    assert loaded_by("import invoices.pack").isdisjoint(KEPT_OUT)


def test_the_server_without_packs_loads_none_either() -> None:
    assert loaded_by("import helpdesk.packs, helpdesk.packs.errors").isdisjoint({"numpy", "numba"})
