from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook

from helpdesk.errors import HelpdeskError
from helpdesk.registry.columns import COLUMNS
from helpdesk.registry.table_writer import table

ROWS = [tuple(f"{name} {row} <&>示例\"'" for name in COLUMNS) for row in range(2_500)]


def write(path: Path) -> bytes:
    with table(path) as write_row:
        for row in ROWS:
            write_row(row)
    return path.read_bytes()


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".XLSX"])
def test_the_same_rows_give_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    assert write(tmp_path / f"a{suffix}") == write(tmp_path / f"b{suffix}")
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"a{suffix}", f"b{suffix}"]


def test_another_program_reads_the_sheet(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx")

    book = load_workbook(tmp_path / "a.xlsx", read_only=True)
    try:
        assert list(book.worksheets[0].iter_rows(values_only=True)) == [COLUMNS, *ROWS]
    finally:
        book.close()


def test_csv_reads_back(tmp_path: Path) -> None:
    write(tmp_path / "a.csv")

    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        assert [tuple(row) for row in csv.reader(file)] == [COLUMNS, *ROWS]


def test_a_block_that_fails_leaves_no_file(tmp_path: Path) -> None:
    def fail() -> None:
        with table(tmp_path / "a.csv"):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "code"), [("a.ods", "table.suffix"), ("missing/a.csv", "table.write")]
)
def test_what_cannot_be_written_is_said(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(HelpdeskError) as raised, table(tmp_path / name):
        pytest.fail("no table")

    assert raised.value.code == code
