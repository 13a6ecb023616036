from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from helpdesk.registry import xlsx_table
from helpdesk.registry.columns import COLUMNS, Entry, cells_of
from helpdesk.registry.errors import RowError, TableError
from helpdesk.registry.table import open_table

Rows = list[tuple[int, "tuple[str, ...] | str"]]


def read(path: Path) -> Rows:
    with open_table(path) as table:
        rows: Rows = [
            (line, told.code if isinstance(told, RowError) else tuple(told))
            for line, told in table.lines()
        ]
        assert table.done == table.total
    return rows


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def good(entries: list[Entry]) -> list[tuple[str, ...]]:
    return [cells_of(entry) for entry in entries[:5]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_and_line_ends_are_recognised(
    tmp_path: Path, entries: list[Entry], encoding: str, newline: str
) -> None:
    text = as_csv([COLUMNS, *good(entries)]).replace("\n", newline)
    rows = read(written(tmp_path / "a.csv", text.encode(encoding)))

    assert rows == list(enumerate(good(entries), 2))


def test_gb18030_is_recognised_when_the_first_name_comes_late(tmp_path: Path) -> None:
    plain = ("32", *("",) * 14)
    named = ("32", *("",) * 8, "示例甲有限公司", *("",) * 5)
    text = as_csv([COLUMNS, *[plain] * 20_000, named])
    rows = read(written(tmp_path / "a.csv", text.encode("gb18030")))

    assert rows[-1] == (20_002, named)


def test_broken_bytes_spoil_only_their_own_row(tmp_path: Path, entries: list[Entry]) -> None:
    first, second, *_ = good(entries)
    head = as_csv([COLUMNS, first]).encode()
    broken = as_csv([second]).encode().replace("示例".encode(), b"\xff\xfe", 1)
    rows = read(written(tmp_path / "a.csv", head + broken + as_csv([first]).encode()))

    assert rows[0] == (2, first)
    assert "\ufffd" in "".join(rows[1][1])
    assert rows[2] == (4, first)


def test_columns_come_in_any_order_and_may_be_left_out(tmp_path: Path) -> None:
    header = "number,kind,issued_on,total_amount,net_amount,tax_amount\n"
    rows = read(written(tmp_path / "a.csv", header + "1,32,2026-01-01,3,1,2\n"))

    assert rows == [(2, ("32", "", "1", "2026-01-01", "1", "2", "3", *("",) * 8))]


def test_quotes_blank_lines_and_a_cell_over_two_lines(tmp_path: Path) -> None:
    row = ["x"] * 15
    text = as_csv([COLUMNS]) + '\n"a\nb",' + ",".join(row[1:]) + "\n\n" + ",".join(row) + "\n"
    rows = read(written(tmp_path / "a.csv", text))

    assert rows == [(3, ("a\nb", *row[1:])), (4, "row.quoted"), (6, tuple(row))]


def test_a_line_break_at_a_cells_end_takes_nothing_in(tmp_path: Path) -> None:
    row = ["x"] * 15
    text = as_csv([COLUMNS]) + '"a\n",' + ",".join(row[1:]) + "\n" + ",".join(row) + "\n"
    rows = read(written(tmp_path / "a.csv", text))

    assert rows == [(2, ("a\n", *row[1:])), (4, tuple(row))]


def test_every_row_that_open_quotes_take_in_is_told(tmp_path: Path) -> None:
    row = ",".join(["x"] * 15)
    named = ",".join(["x"] * 14) + ',"y"'
    lines = [row, row.removesuffix("x") + '"open', row, row, named, row]
    rows = read(written(tmp_path / "a.csv", as_csv([COLUMNS]) + "\n".join(lines) + "\n"))

    assert [line for line, _ in rows] == list(range(2, 8))
    assert [told for _, told in rows if isinstance(told, str)] == [
        *("row.csv", "row.quoted", "row.quoted", "row.quoted")
    ]


def test_hostile_rows_are_told_and_the_next_ones_read(tmp_path: Path) -> None:
    row = ",".join(["x"] * 15)
    hostile = [
        '"a"b' + row[1:],
        row + ",more",
        "x,y",
        "長" * 1_000_000,
        "\x00",
        ",".join(["\x00"] * 15),
    ]
    text = as_csv([COLUMNS]) + "\n".join([*hostile, row]) + "\n"
    rows = read(written(tmp_path / "a.csv", text))

    assert [told if isinstance(told, str) else len(told) for _, told in rows] == [
        *("row.csv", "row.width", "row.width", "row.long_line", "row.width", 15, 15)
    ]
    assert [line for line, _ in rows] == list(range(2, 9))


def test_an_open_quote_does_not_swallow_the_rest_of_a_long_file(tmp_path: Path) -> None:
    row = ",".join(["x"] * 15) + "\n"
    text = as_csv([COLUMNS]) + '"open' + row + row * 10_000
    rows = read(written(tmp_path / "a.csv", text))

    assert rows[0] == (2, "row.csv")
    assert [line for line, _ in rows] == list(range(2, 10_003))
    assert sum(told != "row.quoted" for _, told in rows) > 5_000


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "table.empty"),
        (b"\xef\xbb\xbf", "table.empty"),
        (b"\n", "table.empty"),
        (b'"kind', "table.header"),
        ("kind,code".encode("utf-16"), "table.encoding"),
        (b"kind,number", "table.columns_missing"),
        (b"kind,number,kind", "table.column_twice"),
        (b"kind,number,statee", "table.column_misspelt"),
        (b"PK\x03\x04", "table.column_unknown"),
    ],
)
def test_a_file_without_our_header_is_refused(tmp_path: Path, text: bytes, code: str) -> None:
    with pytest.raises(TableError) as raised:
        read(written(tmp_path / "a.csv", text))

    assert raised.value.code == code


@pytest.mark.parametrize(
    ("header", "code", "name"),
    [
        ("kind,发票代码,number", "table.column_unknown", "发票代码"),
        ("kind,seler_name", "table.column_misspelt", "seler_name"),
        ("kind,\x1b[31mred\u202e\u2066", "table.column_unknown", "\ufffd[31mred\ufffd\ufffd"),
        (f"kind,{'x' * 500}", "table.column_unknown", "x" * 40 + "…"),
    ],
)
def test_an_unknown_column_is_named_as_the_file_has_it(
    tmp_path: Path, header: str, code: str, name: str
) -> None:
    with pytest.raises(TableError) as raised:
        read(written(tmp_path / "a.csv", header.encode()))
    assert (raised.value.code, raised.value.params["name"]) == (code, name)
    assert raised.value.params["place"] == "2"


@pytest.mark.parametrize(
    ("name", "code"), [("a.ods", "table.suffix"), ("none.csv", "table.read"), (".", "table.suffix")]
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(TableError) as raised:
        read(tmp_path / name)

    assert raised.value.code == code


def sheet(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(path)
    return path


def test_a_sheet_reads_like_csv(tmp_path: Path, entries: list[Entry]) -> None:
    rows = read(sheet(tmp_path / "a.xlsx", [COLUMNS, *good(entries)]))

    assert rows == list(enumerate(good(entries), 2))


def test_numbers_and_days_of_a_sheet_are_read_as_meant(tmp_path: Path) -> None:
    header = ["kind", "number", "issued_on", "net_amount", "tax_amount", "total_amount"]
    rows = read(
        sheet(
            tmp_path / "a.xlsx",
            [
                header,
                ["32", "1", date(2026, 1, 2), 0.1 + 0.2, 5, 12.5],
                [32, 12345678, datetime(2026, 1, 2), 91.59, 0, 91.59],  # noqa: DTZ001 - as Excel has it
                ["32", 24112000000048542163, "x", 1, 1, 1],
                ["32", True, "x", 1, 1, 1],
                [None] * 6,
                ["32", "=1+1", "x", 1.005, 1, 1],
            ],
        )
    )

    assert rows[0] == (2, ("32", "", "1", "2026-01-02", "0.30", "5", "12.50", *("",) * 8))
    assert rows[1] == (3, ("32", "", "12345678", "2026-01-02", "91.59", "0", "91.59", *("",) * 8))
    assert rows[2:4] == [(4, "row.number_cell"), (5, "row.cell")]
    assert rows[4][0] == 7
    assert rows[4][1][4] == "1.005"


@pytest.mark.parametrize("said", ["NaN", "inf", "-Infinity", "1e400"])
def test_a_cell_that_is_no_number_spoils_only_its_own_row(tmp_path: Path, said: str) -> None:
    header = ["kind", "number", "issued_on", "net_amount", "tax_amount", "total_amount"]
    row = ["32", "1", "2026-01-01", 1, 2, 77777]
    path = sheet(tmp_path / "a.xlsx", [header, row, [*row[:5], 3]])
    parts = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            parts[name] = archive.read(name).replace(b"77777", said.encode())
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)

    rows = read(path)

    assert [line for line, _ in rows] == [2, 3]
    assert rows[0][1] == "row.number_cell"
    assert rows[1][1][6] == "3"


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * ((256 << 20) + 1))

    with pytest.raises(TableError) as raised:
        read(tmp_path / "a.xlsx")

    assert raised.value.code == "table.unpacked"


def test_a_cell_far_outside_of_the_table_is_named(tmp_path: Path, entries: list[Entry]) -> None:
    book = Workbook()
    assert book.active is not None
    for row in [COLUMNS, *good(entries)]:
        book.active.append(row)
    book.active["XFD3"] = "left over"
    book.save(tmp_path / "a.xlsx")

    with pytest.raises(TableError) as raised:
        read(tmp_path / "a.xlsx")

    assert raised.value.code == "table.far_cell"
    assert raised.value.params == {"cell": "XFD3"}


@pytest.mark.parametrize(
    "value",
    [
        None,
        ["total", 3],
        {"total": "3"},
        {"total": 0},
    ],
)
def test_a_child_without_a_total_is_not_believed(value: object) -> None:
    """The child may be in a stranger's hands."""
    with pytest.raises(TableError, match=r"table\.xlsx"):
        xlsx_table._total(value)


@pytest.mark.parametrize(
    "batch",
    [
        7,
        [[1, ["a"]]],
        [["1", ["a"], ""]],
        [[1, ["a", 2], ""]],
        [[1, [["a"]], ""]],
        [[1, ["a"], None]],
    ],
)
def test_rows_of_another_shape_are_not_believed(batch: object) -> None:
    with pytest.raises(TableError, match=r"table\.xlsx"):
        list(xlsx_table._rows(batch))


def test_an_archive_whose_directory_lies_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 1_000_000)
    size = (1_000_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (10).to_bytes(4, "little")))

    with pytest.raises(TableError) as raised:
        read(path)

    assert raised.value.code == "table.xlsx"


@pytest.mark.parametrize("content", [b"", b"PK", b"kind,number\n", b"\0" * 100])
def test_a_file_that_is_no_sheet_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(TableError) as raised:
        read(written(tmp_path / "a.xlsx", content))

    assert raised.value.code == "table.xlsx"


def test_an_archive_without_a_sheet_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("hello.txt", b"hello")

    with pytest.raises(TableError) as raised:
        read(tmp_path / "a.xlsx")

    assert raised.value.code == "table.xlsx"
