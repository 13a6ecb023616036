"""The commands that the head of `config.toml` names refuse what either process would refuse."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.toml"
HEAD = EXAMPLE.read_text(encoding="utf-8").partition("\n\n")[0]
PROGRAMS = re.findall(r"`(\w+) check-config`", HEAD)


def check(program: str, config: Path, language: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", program, "check-config", "--config", str(config)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "LC_ALL": language},
    )


def test_both_are_named_and_take_the_example() -> None:
    assert sorted(PROGRAMS) == ["helpdesk", "kiosk"]
    for program, other in (("helpdesk", "kiosk"), ("kiosk", "helpdesk")):
        done = check(program, EXAMPLE, "en_US.UTF-8")
        assert (done.returncode, done.stderr) == (0, "")
        assert f"[{program}]" in done.stdout
        assert f"[{other}]" not in done.stdout
        assert f"{other} check-config" in done.stdout


WRONG = """
[centre]
name = ""
[helpdesk]
listen = "8080"
[kiosk]
idle = 0
language = "fr"
prefix = "厅1"
server = "helpdesk.local"
[printer]
kind = "tcp"
"""
SAID = {
    "zh_CN.UTF-8": (
        "centre.name 是空的",
        "helpdesk.listen 的值不可用。只能是 host:port。",
        "kiosk.idle 的值不行；只能是 20..3600。",
        "kiosk.language 的值不行；只能是 'zh_CN', 'en'。",
        "kiosk.prefix 的值不行；请照这个样子写：A03。",
        "kiosk.server 的值不行；请照这个样子写：http://192.168.1.10:8080。",
        "打印机类型是 tcp，但没有填 printer.address",
    ),
    "en_US.UTF-8": (
        "centre.name is empty",
        "helpdesk.listen has a value that cannot be used. It must be host:port.",
        "kiosk.idle cannot have this value; it must be 20..3600.",
        "kiosk.language cannot have this value; it must be 'zh_CN', 'en'.",
        "kiosk.prefix cannot have this value; write it like this: A03.",
        "kiosk.server cannot have this value; write it like this: http://192.168.1.10:8080.",
        "printer.address",
    ),
}


@pytest.mark.parametrize("language", SAID)
def test_wrong_values_of_both_parts_are_refused(tmp_path: Path, language: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(WRONG, encoding="utf-8")
    said = ""
    for program in PROGRAMS:
        done = check(program, config, language)
        assert (done.returncode, done.stdout) == (2, "")
        said += done.stderr
    for sentence in SAID[language]:
        assert sentence in said
    assert len(said.splitlines()) == len(SAID[language])


@pytest.mark.parametrize(("samples", "status"), [("", 0), ("samples.jsonl", 1)])
def test_a_kiosk_for_visitors_has_no_sheet_of_samples(
    tmp_path: Path, samples: str, status: int
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[kiosk]\nsamples = "{samples}"\n', encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "check-config", "--production", "--config", str(config)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "en_US.UTF-8"},
    )
    assert done.returncode == status, done.stderr
    assert ("error[production.samples]: kiosk.samples is set" in done.stderr) == bool(status)
