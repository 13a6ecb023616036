from __future__ import annotations

import time
from pathlib import Path

import pytest

from documents.errors import DocumentError
from documents.jail.client import Jail
from documents.jail.limits import Limits
from tests.documents.spreadsheets.hostile import SHEET, sparse, workbook

LIMITS = Limits(memory=256 << 20, cpu_seconds=10)


def refusal(jail: Jail, path: Path, limits: Limits = LIMITS) -> DocumentError:
    with (
        path.open("rb") as file,
        jail.read("xlsx", file, limits) as reading,
        pytest.raises(DocumentError) as raised,
    ):
        list(reading)
    return raised.value


@pytest.mark.parametrize("cell", ["XFD1048576", "XFD100000", "BM2", "ZZ1"])
def test_a_cell_far_to_the_right_is_named(jail: Jail, tmp_path: Path, cell: str) -> None:
    """The dense range of such a sheet has aborted the process that read it."""
    error = refusal(jail, sparse(tmp_path / "a.xlsx", "A1", cell))
    assert (error.code, dict(error.params)) == ("document.far_cell", {"cell": cell})


def test_the_cell_is_found_across_two_blocks(jail: Jail, tmp_path: Path) -> None:
    """The archive is searched a mebibyte at a time; the reference lies over the border."""
    for shift in range(8):
        before = b" " * ((1 << 20) - 140 - shift)
        sheet = SHEET.format(rows='<row r="1"><c s="1" r="XFD1"><v>1</v></c></row>').encode()
        path = workbook(
            tmp_path / f"{shift}.xlsx", sheet.replace(b"<sheetData>", before + b"<sheetData>")
        )
        assert refusal(jail, path).code == "document.far_cell"


def test_a_cell_far_down_costs_memory_of_the_child_only(jail: Jail, tmp_path: Path) -> None:
    path = sparse(tmp_path / "a.xlsx", "A1", "O1048576")
    assert refusal(jail, path).code == "document.memory"


def test_a_cell_far_down_is_read_where_the_memory_allows(jail: Jail, tmp_path: Path) -> None:
    path = sparse(tmp_path / "a.xlsx", "A1", "C1048576")
    with path.open("rb") as file, jail.read("xlsx", file, Limits(memory=1 << 30)) as reading:
        total, rows = reading
    assert total == {"total": 1048576}
    assert rows == [[1, ["1", "", ""], ""], [1048576, ["", "", "1"], ""]]


def test_a_million_empty_strings(jail: Jail, tmp_path: Path) -> None:
    """Two megabytes that unpack to a gigabyte are refused before the reader sees them."""
    strings = b"<sst>" + b"<si><t/></si>" * 20_700_000 + b"</sst>"
    path = workbook(
        tmp_path / "a.xlsx", SHEET.format(rows="").encode(), {"xl/sharedStrings.xml": strings}
    )
    assert path.stat().st_size < 4 << 20
    assert refusal(jail, path).code == "document.unpacked"


def test_a_sheet_that_costs_time(jail: Jail, tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 200_000))
    path = workbook(tmp_path / "a.xlsx", SHEET.format(rows=rows).encode())
    begun = time.monotonic()
    error = refusal(jail, path, Limits(memory=1 << 30, cpu_seconds=20, wait_seconds=0.05))
    assert error.code == "document.time"
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    "doctype",
    [
        b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY x "&b;&b;&b;">]>',
    ],
)
def test_entities_bring_nothing_in(jail: Jail, tmp_path: Path, doctype: bytes) -> None:
    sheet = SHEET.format(rows='<row r="1"><c r="A1" t="str"><v>&x;</v></c></row>').encode()
    path = workbook(tmp_path / "a.xlsx", sheet.replace(b"<worksheet", doctype + b"<worksheet"))
    said = ""
    with path.open("rb") as file, jail.read("xlsx", file, LIMITS) as reading:
        try:
            said = str(list(reading))
        except DocumentError as error:
            said = error.code
    assert "root:" not in said
    assert "aaa" not in said
    assert said == "document.damaged" or "total" in said


def test_too_many_members(jail: Jail, tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        SHEET.format(rows="").encode(),
        {f"xl/media/{n}.xml": b"" for n in range(300)},
    )
    assert refusal(jail, path).code == "document.unpacked"
