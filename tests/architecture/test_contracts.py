"""The import contracts hold what they say: one planted violation for each must break it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("invoices", "documents", "printers", "tui", "kiosk", "helpdesk")
CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
    "importlinter"
]["contracts"]

PLANTED = {
    "kiosk wires everything": ("tui/plain_text.py", "import kiosk.errors"),
    "Invoices are pure": ("invoices/dates.py", "import random"),
    "The screens do no I/O": ("tui/kiosk/centre.py", "import sqlite3"),
    "Printers know none of ours": ("printers/layout.py", "import invoices.money"),
    "Documents know invoices only": ("documents/errors.py", "import helpdesk.errors"),
    "Spreadsheets of strangers": (
        "helpdesk/registry/rows.py",
        "from documents.spreadsheets import xlsx",
    ),
    "helpdesk is another process": ("helpdesk/registry/rows.py", "import qrcode"),
    "The wire is what both": ("helpdesk/wire/sync.py", "from helpdesk.db import Database"),
    "The kiosk reaches helpdesk": ("kiosk/records.py", "from helpdesk.db import Database"),
    "aiosqlite stays": ("kiosk/records.py", "import aiohttp"),
    "Only the composition root": ("kiosk/records.py", "import printers.spooler"),
}
"""The beginning of a contract's name, the file that breaks it, and the line that does."""


def test_every_contract_has_a_planted_violation() -> None:
    names = [contract["name"] for contract in CONTRACTS]
    assert [name for name in names if not any(map(name.startswith, PLANTED))] == []
    assert len(names) == len(PLANTED)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product, with its contracts, in which a test may plant."""
    folder = tmp_path_factory.mktemp("product")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            target = folder / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return folder


def broken(folder: Path) -> list[str]:
    """The lines that name the contracts broken there."""
    command = Path(sys.executable).with_name("lint-imports")
    # In the folder itself, so that its packages come before the installed ones.
    done = subprocess.run(
        [command, "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if " BROKEN" in line]


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_violation_is_found(copied: Path, name: str) -> None:
    file, line = PLANTED[name]
    path = copied / file
    original = path.read_text(encoding="utf-8")
    path.write_text(f"{original}\n{line}\n", encoding="utf-8")
    try:
        found = broken(copied)
    finally:
        path.write_text(original, encoding="utf-8")
    assert any(each.startswith(name) for each in found), found


def test_the_copy_itself_keeps_every_contract(copied: Path) -> None:
    assert broken(copied) == []


@pytest.mark.parametrize("name", ["The wire is what both", "The kiosk reaches helpdesk"])
def test_the_lists_name_every_part_of_the_server(name: str) -> None:
    """A part that is not listed would be free to all."""
    (contract,) = [each for each in CONTRACTS if each["name"].startswith(name)]
    parts = {
        f"helpdesk.{path.stem}"
        for path in (ROOT / "helpdesk").iterdir()
        if (path.suffix == ".py" and not path.stem.startswith("__"))
        or (path / "__init__.py").exists()
    }
    listed = {each for each in contract["forbidden_modules"] if each.startswith("helpdesk.")}
    assert listed == parts - {"helpdesk.wire"}
