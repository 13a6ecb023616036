from __future__ import annotations

import json
import re
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from helpdesk.registry.columns import COLUMNS
from tests.helpdesk.cli.room import Office, Said

ROOT = Path(__file__).parents[3]
DEMO = ("demo-data", "--invoices", 150, "--seed", "import", "--as-of", "2026-11-20")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path).open()
    said = office.run(*DEMO, "--out", tmp_path / "a.csv", "--samples", tmp_path / "s.jsonl")
    assert said.status == 0
    return office


def take(office: Office, name: str, *more: object, **said: Any) -> Said:
    return office.run("import", office.folder / name, "--config", office.config, *more, **said)


def spoil(office: Office) -> None:
    path = office.folder / "a.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    rows[5] = rows[5].replace("normal", "gone")
    path.write_text("\n".join(rows), encoding="utf-8")


def test_a_good_file_goes_in_once(office: Office) -> None:
    first, again = take(office, "a.csv"), take(office, "a.csv")

    assert (first.status, again.status) == (0, 0)
    assert (
        first.out == "Read 150 rows: 150 added, 0 with a new state, 0 known already, 0 left out.\n"
    )
    assert (
        again.out == "Read 150 rows: 0 added, 0 with a new state, 150 known already, 0 left out.\n"
    )
    assert first.err == ""


def test_a_bad_row_is_told_with_its_line_and_the_rest_goes_in(office: Office) -> None:
    spoil(office)

    said = take(office, "a.csv")

    assert said.status == 1
    assert said.err == (
        "error[row.state]: Line 6 was left out:"
        " The column state takes normal, voided, red, red_partial or red_full.\n"
    )
    assert "149 added" in said.out


def test_in_chinese(office: Office) -> None:
    spoil(office)

    said = take(office, "a.csv", language="zh_CN")

    assert said.err.startswith("error[row.state]: 第 6 行没有导入：")
    assert said.out == "读了 150 行：新增 149，状态更新 0，原已登记 0，未导入 1。\n"


def test_strict_keeps_all_out(office: Office) -> None:
    spoil(office)

    said = take(office, "a.csv", "--strict", "--json")

    assert said.status == 1
    assert said.lines[0]["line"] == 6
    assert said.lines[0]["code"] == "row.state"
    assert said.lines[0]["column"] == "state"
    assert said.lines[-1]["summary"] == {
        "read": 150,
        "added": 0,
        "changed": 0,
        "same": 0,
        "refused": 1,
        "checked_only": True,
    }
    assert "149 added" in take(office, "a.csv").out


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("b.csv", "hello", "table.column_unknown"),
        ("b.xlsx", "hello", "table.xlsx"),
        ("b.txt", "hello", "table.suffix"),
        ("none.csv", None, "table.read"),
    ],
)
def test_a_wrong_file_is_said(office: Office, name: str, text: str | None, code: str) -> None:
    if text is not None:
        (office.folder / name).write_text(text)

    said = take(office, name)

    assert said.status == 2
    assert said.err.startswith(f"error[{code}]: ")


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_an_unknown_column_is_told_by_name_with_those_there_are(
    office: Office, language: str
) -> None:
    (office.folder / "b.csv").write_text("kind,票号\n", encoding="utf-8")
    (office.folder / "c.csv").write_text("kind,numbr\n", encoding="utf-8")

    unknown = take(office, "b.csv", language=language).err
    misspelt = take(office, "c.csv", language=language).err

    assert "票号" in unknown
    assert all(column in unknown for column in COLUMNS)
    assert "numbr" in misspelt
    assert "number" in misspelt


def test_before_migrate_it_says_to_migrate(tmp_path: Path) -> None:
    office = Office(tmp_path).open()
    (tmp_path / "helpdesk.sqlite3").unlink()
    row = "32,,24312000000266152350,2024-09-01,1,0,1" + "," * 8
    (tmp_path / "a.csv").write_text(f"{','.join(COLUMNS)}\n{row}\n", encoding="utf-8")

    said = take(office, "a.csv")

    assert said.status == 3
    assert said.err.startswith("error[db.schema]: ")
    assert "Run helpdesk migrate" in said.err


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_help_and_the_guides_name_every_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    assert Office(tmp_path).run("import", "--help", language=language).status == 0
    said = capsys.readouterr().out
    suffix = {"zh_CN": ".zh-CN.md", "en": ".md"}[language]
    guide = (ROOT / "docs" / f"registry-file{suffix}").read_text(encoding="utf-8")

    for column in COLUMNS:
        assert re.search(rf"\b{column}\b", said), column
        assert f"| `{column}` |" in guide, column


def test_a_terminal_sees_a_bar(office: Office) -> None:
    assert "Importing" in take(office, "a.csv", terminal=True).err


@pytest.mark.e2e
def test_beside_a_running_server_the_import_goes_through_it(office: Office) -> None:
    sample = next(
        each
        for each in map(json.loads, (office.folder / "s.jsonl").read_text("utf-8").splitlines())
        if each["label"] == "match_normal_32"
    )
    with subprocess.Popen(
        [sys.executable, "-m", "helpdesk", "serve", "--config", str(office.config), "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            listening = json.loads(server.stdout.readline())
            before = check(str(listening["listening"]), sample["payload"])
            said = take(office, "a.csv")
            after = check(str(listening["listening"]), sample["payload"])
        finally:
            server.terminate()

    assert (said.status, before, after) == (0, "not_found", "match")
    assert server.returncode == 0


def check(address: str, payload: str) -> str:
    connection = HTTPConnection(address, timeout=20)
    try:
        headers = {"Content-Type": "application/json"}
        body = json.dumps({"payload": payload})
        connection.request("POST", "/api/v1/verifications", body, headers)
        answer: dict[str, str] = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return answer["verdict"]
