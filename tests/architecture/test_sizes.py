"""Files and functions stay small enough to be read in one go."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).parents[2]
ROOMS = ("invoices", "documents", "printers", "tui", "kiosk", "helpdesk", "tests", "benchmarks")
PRODUCT = ROOMS[:6]
JUNK = {"utils", "util", "common", "helpers", "helper", "misc", "manager", "managers"}


def sources(rooms: tuple[str, ...]) -> list[Path]:
    return [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]


def function_lengths() -> list[int]:
    return [
        node.end_lineno - node.lineno + 1
        for path in sources(PRODUCT)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]


def test_no_file_is_longer_than_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources(ROOMS)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_functions_are_short() -> None:
    lengths = function_lengths()
    assert median(lengths) <= 10
    assert quantiles(lengths, n=20)[-1] <= 45


def test_no_junk_drawers() -> None:
    named = {path.relative_to(ROOT) for path in sources(ROOMS) if path.stem in JUNK}
    folders = {
        p for room in ROOMS for p in (ROOT / room).rglob("*") if p.is_dir() and p.name in JUNK
    }
    assert named | folders == set()
