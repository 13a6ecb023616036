from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpdesk.cli import build as build_helpdesk
from helpdesk.texts import load_texts
from invoices.crc import CrcState
from kiosk.cli.app import build
from kiosk.cli.frame import LINE_LIMIT
from kiosk.complaints import language_of
from kiosk.i18n import Catalogues

ROOT = Path(__file__).parents[2]
GOOD = "01,10,011002600111,12345678,91.59,20261103,12345678901234479666,"
KEYS = {"kind", "qr_kind", "code", "number", "amount", "amount_basis", "issued_on", "check_code"}


def kiosk(
    *arguments: str, given: bytes = b"", cwd: Path | None = None, **environ: str
) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", "LANG": "C", **environ}
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", *arguments],
        input=given,
        capture_output=True,
        timeout=60,
        check=False,
        cwd=cwd,
        env=env,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in out + err
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def test_read_tells_what_a_code_says() -> None:
    done = kiosk("read", "--json", GOOD)
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer == {
        "kind": "10",
        "qr_kind": "10",
        "code": "011002600111",
        "number": "12345678",
        "amount": "91.59",
        "amount_basis": "net",
        "issued_on": "2026-11-03",
        "check_code": "12345678901234479666",
        "crc": CrcState.ABSENT,
        "fields": ["code", "number", "issued_on", "check_code"],
    }


def test_lines_in_answers_out() -> None:
    lines = [
        GOOD.encode(),
        b"",
        b"\xff\xfe\x00",
        "01，32，，".encode(),
        b"x" * 100_000,
        b"[" * 9,
        b"",
    ]
    done = kiosk("read", "--json", given=b"\n".join([*lines, b""]))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(lines)
    assert answers[0].keys() >= KEYS
    assert all(answer.keys() == {"error", "message"} for answer in answers[1:])
    assert answers[1]["error"] == answers[6]["error"] == "scan.empty"
    assert answers[4]["error"] == "scan.too_long"
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("given", "answers"), [(b"", 0), (b"\n", 1), (b"a", 1), (b"a\r\nb\r\n", 2), (b"a\n\n", 2)]
)
def test_a_last_line_counts_with_or_without_its_end(given: bytes, answers: int) -> None:
    assert len(kiosk("read", given=given).stdout.splitlines()) == answers


@pytest.mark.parametrize("size", [LINE_LIMIT - 1, LINE_LIMIT, LINE_LIMIT + 1, 3 * LINE_LIMIT])
def test_a_long_line_is_one_line(size: int) -> None:
    assert len(kiosk("read", given=b"9" * size + b"\n" + GOOD.encode()).stdout.splitlines()) == 2


def test_gb18030_and_full_width_commas_are_read() -> None:
    text = GOOD.replace(",", "，")
    done = kiosk("read", given=text.encode("gb18030") + b"\n" + text.encode() + b"\r\n")
    assert done.returncode == 0
    assert done.stdout.count("12345678") == 2


def test_codes_that_printers_make_in_ways_of_their_own_are_read() -> None:
    """A ride by hired car, a toll, and a railway ticket of 2022, as real ones are written."""
    done = kiosk(
        "read",
        "--json",
        "01,32,,25112000000000000001,23.50,2025-11-08,,",
        "01,32,,26112000000000000001,39.00,20260306,,158E",
        "01,10,26119130671000000001,166.05,20260317,4130",
    )
    assert done.returncode == 0
    ride, toll, ticket = map(json.loads, done.stdout.splitlines())
    assert (ride["issued_on"], ride["crc"]) == ("2025-11-08", CrcState.ABSENT)
    assert (toll["kind"], toll["amount_basis"], toll["crc"]) == ("32", "gross", CrcState.VALID)
    assert (ticket["kind"], ticket["amount_basis"], ticket["crc"]) == ("51", "net", CrcState.VALID)


def test_the_language_follows_the_terminal() -> None:
    assert "电子普通发票" in kiosk("read", GOOD, LANG="zh_CN.UTF-8").stdout
    assert "Electronic ordinary" in kiosk("read", GOOD, LANG="de_DE.UTF-8").stdout
    assert language_of({"LC_ALL": "zh_TW", "LANG": "en"}) == "zh_CN"
    assert language_of({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}) == "zh_CN"
    assert language_of({}) == "zh_CN"
    assert language_of({"LANG": "en_US.UTF-8"}) == "en"


def test_help_is_for_newcomers() -> None:
    done = kiosk("--help", LANG="zh_CN.UTF-8")
    assert done.returncode == 0
    for name in ("run", "read", "verify", "status", "slip"):
        assert name in done.stdout
        inner = kiosk(name, "--help")
        assert inner.returncode == 0
        assert "cli." not in inner.stdout
    assert "cli." not in done.stdout


def test_wrong_usage_is_two() -> None:
    for arguments in (("nonsense",), ("read", "--nonsense"), ("slip", "reprint")):
        done = kiosk(*arguments)
        assert done.returncode == 2
        assert done.stderr.startswith("error[usage.wrong]: ")


@pytest.mark.parametrize("program", ["kiosk", "helpdesk"])
def test_help_and_mistakes_are_in_one_language(program: str) -> None:
    """Every command's: no English word of typer's in Chinese help, and our words in English."""
    trees = {
        "kiosk": lambda language: build(
            Catalogues(domains=("kiosk", "operator", "demo")).translator(language)
        ),
        "helpdesk": lambda language: build_helpdesk(load_texts().of(language)),
    }
    for path, command in every_command(trees[program]("zh_CN")):
        told = help_of(command, path)
        assert told.startswith(f"用法：{path}")
        assert not re.search(r"Usage|Options|Arguments|Commands|Show this|default|required", told)
        assert not re.search(r"<[a-z ]+>|cli\.", told)
    for path, command in every_command(trees[program]("en")):
        told = help_of(command, path)
        assert told.startswith(f"Usage: {path}")
        assert not re.search("[\u4e00-\u9fff]", told)


def every_command(command: Any, path: str = "x") -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from every_command(inner, f"{path} {name}")


def help_of(command: Any, path: str) -> str:
    context = command.make_context(path, [], resilient_parsing=True)
    told: str = command.get_help(context)
    return told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("enrol",), "缺少 CODE"),
        (("enrol", "A", "B"), "多出了 B"),
        (("nonsense",), "没有 nonsense 这个命令"),
        (("run", "--x"), "没有 --x 这个选项"),
        (("status", "--config"), "--config 后面要有值"),
        (("status", "--seconds", "x"), "--seconds 的值不对"),
    ],
)
def test_a_mistake_is_told_in_plain_words(arguments: tuple[str, ...], said: str) -> None:
    done = kiosk(*arguments, LC_ALL="zh_CN.UTF-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_verify_offline_without_data_cannot_tell(tmp_path: Path) -> None:
    done = kiosk("verify", "--offline", "--json", GOOD, cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr.startswith("error[pack.no_key]: ")
    answer = json.loads(done.stdout)
    assert (answer["verdict"], answer["record"]) == ("unavailable", None)
    assert "request_kept" not in {advice["code"] for advice in answer["advice"]}
    assert list(tmp_path.iterdir()) == []


def test_verify_keeps_what_nobody_answers_and_the_worst_wins(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[kiosk]\nserver = "http://127.0.0.1:9"\ndata = "d"\n')
    lines = f"{GOOD}\nnonsense\n{GOOD.replace('20261103', '20160101')}\n".encode()
    done = kiosk("verify", "--json", given=lines, cwd=tmp_path)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["verdict"] for answer in answers] == ["unavailable", "bad_input", "too_old"]
    assert [bool(answer["record"]) for answer in answers] == [True, False, True]
    assert all(len(answer["advice"]) >= 2 for answer in answers)
    assert done.stderr.startswith("error[qr.foreign]: ")
    assert done.returncode == 3
    assert kiosk("verify", "--json", "nonsense", cwd=tmp_path).returncode == 2
    status = kiosk("status", "--json", cwd=tmp_path)
    assert status.returncode == 3
    state = json.loads(status.stdout)
    assert (state["running"], state["today"], state["kept"]) == (False, 2, 1)
    assert (state["sync"]["kiosk"], state["sync"]["head"], state["sync"]["mark"]) == (None, 2, 0)
    log = (tmp_path / "d/kiosk.log").read_text()
    assert "verifier.refused" in log
    assert "12345678" not in log


def test_configuration_faults_are_all_told(tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text("[kiosk]\nidel = 1\nprefix = 5\n")
    for command in ("verify", "status", "run"):
        done = kiosk(command, "--config", str(path), given=b"x")
        assert done.returncode == 2
        errors = done.stderr.splitlines()
        assert [line.partition(":")[0] for line in errors] == [
            "error[config.unknown_key]",
            "error[config.wrong_type]",
        ]
        assert "kiosk.idle" in errors[0]
    missing = kiosk("status", cwd=tmp_path)
    assert (missing.returncode, missing.stderr[:21]) == (2, "error[config.missing]")


def test_reprint_needs_a_record_and_a_printer(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[kiosk]\ndata = "d"\n')
    assert "record.form" in kiosk("slip", "reprint", "nonsense", cwd=tmp_path).stderr
    done = kiosk("slip", "reprint", "A03-261124-0001", cwd=tmp_path)
    assert "printing.no_printer" in done.stderr
    assert done.returncode == 1


def test_a_folder_that_cannot_be_made_is_a_coded_error(tmp_path: Path) -> None:
    (tmp_path / "d").write_text("a file in the way")
    (tmp_path / "config.toml").write_text('[kiosk]\ndata = "d"\n')
    done = kiosk("status", cwd=tmp_path)
    assert done.stderr.startswith("error[store.unusable]")
    assert done.returncode == 3
