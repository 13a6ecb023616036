"""What `deploy/` hands to sshd, sudo and systemd fits together, and refuses what it must."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from helpdesk.config_file import load as load_server
from kiosk.bootstrap.restart import COMMAND
from kiosk.config_file import load as load_kiosk

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
LOGIN = DEPLOY / "ssh" / "technician-login"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
WORDS = ("technician", "status", "status --watch", "doctor")


def login(tmp_path: Path, asked: str | None) -> subprocess.CompletedProcess[str]:
    """The script with a `sudo` that only tells what it was given."""
    script = tmp_path / "login"
    text = LOGIN.read_text(encoding="utf-8")
    assert text.count("\nexec sudo ") == 1
    script.write_text(text.replace("\nexec sudo ", "\nexec echo sudo "), encoding="utf-8")
    environ = {} if asked is None else {"SSH_ORIGINAL_COMMAND": asked}
    return subprocess.run(
        ["sh", str(script)], env=environ, capture_output=True, text=True, check=False, cwd=tmp_path
    )


@pytest.mark.parametrize(("asked", "command"), [(None, "technician"), ("", "technician")])
def test_a_session_without_a_command_is_the_screen(
    tmp_path: Path, asked: str | None, command: str
) -> None:
    done = login(tmp_path, asked)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"/kiosk {command} --config" in done.stdout


@pytest.mark.parametrize("word", WORDS)
def test_the_words_are_run_by_sudo_as_it_allows_them(tmp_path: Path, word: str) -> None:
    line = login(tmp_path, word).stdout.strip()
    assert line.startswith("sudo -n -u yanpiao -- ")
    assert line.removeprefix("sudo -n -u yanpiao -- ") in allowed_to("yanpiao-tech", "yanpiao")


def allowed_to(account: str, becoming: str) -> list[str]:
    """The whole command lines that sudo lets an account run as another."""
    text = (DEPLOY / "ssh" / "yanpiao-technician.sudoers").read_text(encoding="utf-8")
    text = text.replace("\\\n", " ")
    (alias,) = re.findall(rf"^{account} ALL=\({becoming}\) NOPASSWD: (\w+)$", text, re.MULTILINE)
    (lines,) = re.findall(rf"^Cmnd_Alias {alias} = (.*)$", text, re.MULTILINE)
    return [" ".join(line.split()) for line in lines.split(",")]


def test_the_restart_that_the_screen_asks_for_is_the_one_that_sudo_allows() -> None:
    sudo, never_ask, *command = COMMAND
    assert (sudo, never_ask) == ("sudo", "-n")
    assert [" ".join(command)] == allowed_to("yanpiao", "root")
    assert f"{command[-1]}" in {unit.name for unit in UNITS}


def test_the_kiosk_itself_cannot_use_that_right() -> None:
    unit = (DEPLOY / "systemd" / "yanpiao-kiosk.service").read_text(encoding="utf-8")
    assert "\nNoNewPrivileges=yes\n" in unit


@pytest.mark.parametrize(
    "asked",
    [
        "doctor; touch owned",
        "doctor && touch owned",
        "$(touch owned)",
        "`touch owned`",
        "doctor\ntouch owned",
        "doctor --json",
        "doctor --technician",
        "status  --watch",
        "status --watch --seconds 1",
        "restart",
        " doctor",
        "doctor ",
        "DOCTOR",
        "status status",
        "run",
        "sh",
        "../../bin/sh",
        "scp -f /etc/passwd",
        "internal-sftp",
        "*",
        "?octor",
        "-c id",
        "doctor\x1b[2J",
        "查看",
    ],
)
def test_everything_else_is_refused_and_not_repeated(tmp_path: Path, asked: str) -> None:
    done = login(tmp_path, asked)
    assert (done.returncode, done.stdout) == (2, "")
    assert "technician" in done.stderr
    assert done.stderr == login(tmp_path, "another word").stderr
    assert not (tmp_path / "owned").exists()


def test_sshd_gives_the_account_this_script_and_nothing_else() -> None:
    text = (DEPLOY / "ssh" / "50-yanpiao-technician.conf").read_text(encoding="utf-8")
    block = text.partition("Match User yanpiao-tech\n")[2]
    assert f"ForceCommand /opt/yanpiao/{LOGIN.relative_to(ROOT)}" in block
    for line in ("DisableForwarding yes", "PermitUserRC no", "AuthenticationMethods publickey"):
        assert line in block
    assert LOGIN.stat().st_mode & 0o111


def test_sudo_can_read_its_rule() -> None:
    rule = DEPLOY / "ssh" / "yanpiao-technician.sudoers"
    # Debian keeps it where only root's PATH leads.
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    done = subprocess.run(["visudo", "-cf", str(rule)], capture_output=True, check=False, env=env)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_can_read_the_units(unit: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    # The programs themselves are not installed where the tests run.
    told = [line for line in done.stderr.splitlines() if "is not executable" not in line]
    assert [line for line in told if unit.name in line] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_run_commands_that_there_are(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    commands = re.findall(r"/opt/yanpiao/\.venv/bin/(\w+) ([\w-]+)", text)
    assert commands
    for program, command in commands:
        sources = (ROOT / program / "cli").glob("*.py")
        assert any(f'command("{command}"' in source.read_text("utf-8") for source in sources)
    assert "User=yanpiao" in text
    assert "NoNewPrivileges=yes" in text


def test_data_of_the_units_can_be_configured_by_whole_paths(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        '[kiosk]\ndata = "/var/lib/yanpiao/kiosk"\n'
        '[database]\nurl = "sqlite:///var/lib/yanpiao-helpdesk/helpdesk.sqlite3"\n'
        '[helpdesk]\ncontrol = "/var/lib/yanpiao-helpdesk/control.sock"\n'
    )
    assert str(load_kiosk(file, {}).data) == "/var/lib/yanpiao/kiosk"
    assert load_server(file, {}).database.url.endswith("helpdesk.sqlite3")
