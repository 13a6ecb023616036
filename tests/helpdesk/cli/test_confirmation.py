"""What cannot be undone is asked for by name: at a terminal, and never of a script."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpdesk import cli
from helpdesk.cli.frame import Frame
from helpdesk.texts import load_texts
from helpdesk.wire import slip_code
from kiosk.demo.terminal_program import TerminalProgram
from tests.helpdesk.kiosks.test_commands import Shell as KioskShell
from tests.helpdesk.trust.test_commands import Shell as TrustShell
from tests.helpdesk.wire.world import KIOSK, claims


class Typed(io.StringIO):
    """A terminal at which somebody types."""

    def isatty(self) -> bool:
        return True


def typed(config: Path, answer: str, *arguments: str, language: str = "en") -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    frame = Frame(load_texts().of(language), {}, out, err, Typed(answer))
    status = cli.run([*arguments, "--config", str(config)], frame)
    return status, out.getvalue(), err.getvalue()


@pytest.fixture
def kiosks(tmp_path: Path) -> KioskShell:
    shell = KioskShell(tmp_path)
    shell.run("keys", "init")
    shell.run("migrate")
    shell.run("kiosks", "add", "--prefix", "A01", "--name", "east hall")
    return shell


@pytest.fixture
def trust(tmp_path: Path) -> TrustShell:
    shell = TrustShell(tmp_path)
    shell.run("keys", "init")
    shell.run("migrate")
    shell.run("keys", "init-root", "--out", str(tmp_path / "stick"))
    shell.certify()
    return shell


def test_a_kiosk_is_named_and_asked_for_before_it_is_shut_out(kiosks: KioskShell) -> None:
    status, out, err = typed(kiosks.config, "A01\n", "kiosks", "fence", "a01")
    assert status == 0
    assert "A01 (east hall; not enrolled yet; last push —)" in err
    assert "cannot be undone" in err
    assert "is shut out" in out


@pytest.mark.parametrize("answer", ["", "\n", "y\n", "yes\n", "A02\n", "A01B\n"])
def test_any_other_answer_leaves_it_alone(kiosks: KioskShell, answer: str) -> None:
    status, out, err = typed(kiosks.config, answer, "kiosks", "fence", "A01")
    assert (status, out) == (1, "")
    assert "error[confirm.declined]" in err
    (line,) = kiosks.answers("kiosks", "list")
    assert line["standing"] == "added"


def test_a_script_without_a_terminal_must_say_that_it_means_it(kiosks: KioskShell) -> None:
    for more in ((), ("--json",)):
        frame_err = io.StringIO()
        frame = Frame(load_texts().of("en"), {}, io.StringIO(), frame_err, io.StringIO("A01\n"))
        arguments = ["kiosks", "fence", "A01", *more, "--config", str(kiosks.config)]
        assert cli.run(arguments, frame) == 2
        assert frame_err.getvalue().startswith("error[confirm.nobody]: Kiosk A01 (east hall")
        assert "--yes" in frame_err.getvalue()
    (line,) = kiosks.answers("kiosks", "list")
    assert line["standing"] == "added"
    assert kiosks.answers("kiosks", "fence", "A01", "--yes") == [{"kiosk": "A01", "fresh": True}]


def test_what_changes_nothing_is_not_asked_for(kiosks: KioskShell) -> None:
    kiosks.run("kiosks", "fence", "A01", "--yes")
    assert "before" in typed(kiosks.config, "", "kiosks", "fence", "A01")[1]
    status, _, err = typed(kiosks.config, "", "kiosks", "fence", "Z99")
    assert (status, err[:22]) == (2, "error[kiosks.unknown]:")


def test_a_key_is_asked_for_by_its_holder(trust: TrustShell) -> None:
    kid = KIOSK.key.kid.hex()
    status, _, err = typed(trust.config, "no\n", "keys", "revoke", kid)
    assert status == 1
    assert f"Key {kid} of HD01/A03 (slip, request" in err
    assert trust.answer("keys", "list")["revoked_at"] is None
    assert typed(trust.config, "a03\n", "keys", "revoke", kid.upper())[0] == 0
    assert trust.answer("keys", "list")["revoked_at"] is not None


def test_a_slip_is_asked_for_by_its_record(trust: TrustShell) -> None:
    now = datetime.now(UTC)
    code = slip_code.issue(claims(issued_at=now, expires=now + timedelta(days=30)), KIOSK)
    status, _, err = typed(trust.config, "A03\n", "slips", "revoke", code, language="zh_CN")
    assert status == 1
    assert "记录 A03-261124-0127 的小票" in err
    assert typed(trust.config, "", "slips", "check", code)[0] == 0
    assert typed(trust.config, "A03-261124-0127\n", "slips", "revoke", code)[0] == 0
    assert typed(trust.config, "", "slips", "check", code)[0] == 1


def test_the_question_is_asked_on_a_real_terminal(kiosks: KioskShell) -> None:
    argv = [sys.executable, "-m", "helpdesk", "kiosks", "fence", "A01", "--config"]
    env = {"LC_ALL": "zh_CN.UTF-8"}
    with TerminalProgram([*argv, str(kiosks.config)], columns=80, rows=24, env=env) as program:
        program.wait_for("此操作不能撤销", 20)
        program.wait_for("请输入 A01", 20)
        program.send("A01\r")
        assert program.wait_end(20) == 0
    (line,) = kiosks.answers("kiosks", "list")
    assert line["standing"] == "fenced"
