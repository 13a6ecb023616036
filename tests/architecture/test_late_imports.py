"""What the static import graph cannot see: what a command really loads, in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("textual", "aiohttp", "tortoise", "escpos", "pydantic", "sqlite3", "serial", "usb")


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*sorted(m.split('.')[0] for m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("statement", "kept_out"),
    [
        ("import invoices.qr, invoices.canonical, invoices.advice", (*HEAVY, "asyncio", "socket")),
        (
            "import tui.kiosk.app",
            ("aiohttp", "tortoise", "escpos", "pydantic", "sqlite3", "serial"),
        ),
        ("import printers.spooler, printers.encode", ("textual", "escpos", "serial", "usb", "PIL")),
        ("import kiosk.__main__", HEAVY),
        ("import helpdesk.wire.verification", ("aiohttp", "tortoise", "aiosqlite", "textual")),
        ("import helpdesk", HEAVY),
    ],
)
def test_imports_stay_light(statement: str, kept_out: tuple[str, ...]) -> None:
    assert loaded_by(statement).isdisjoint(kept_out)
