"""No way off the kiosk's screen: what `deploy/` tells cage, foot, logind and systemd."""

from __future__ import annotations

import re
import shlex
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
FOOT = DEPLOY / "foot" / "foot.ini"
DEFAULTS = Path("/etc/xdg/foot/foot.ini")
"""Every option of the installed foot, as a comment: Debian's package brings it."""
BINDINGS = ("key-bindings", "search-bindings", "url-bindings", "mouse-bindings")


def unit() -> RawConfigParser:
    parser = RawConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.read(DEPLOY / "systemd" / "yanpiao-kiosk.service", encoding="utf-8")
    return parser


def command_lines() -> tuple[list[str], list[str], list[str]]:
    """Of the unit: cage's own words, foot's, and the kiosk's."""
    words = shlex.split(unit()["Service"]["ExecStart"])
    first = words.index("--")
    second = words.index("--", first + 1)
    return words[:first], words[first + 1 : second], words[second + 1 :]


def sections(text: str, *, commented: bool) -> dict[str, dict[str, str]]:
    """Options by section; `commented`: those behind a `#`, as foot's example has them."""
    found: dict[str, dict[str, str]] = {"": {}}
    section = ""
    mark = "# ?" if commented else ""
    option = re.compile(rf"^{mark}([a-z0-9][\w-]*) ?= ?(.*)$")
    for line in text.splitlines():
        if head := re.match(r"^\[([\w-]+)\]$", line.strip()):
            section = head[1]
            found.setdefault(section, {})
        elif one := option.match(line):
            found[section][one[1]] = one[2].strip()
    return found


def ours() -> dict[str, dict[str, str]]:
    return sections(FOOT.read_text(encoding="utf-8"), commented=False)


def test_cage_has_no_key_that_leaves_it() -> None:
    cage, _, _ = command_lines()
    assert cage == ["/usr/bin/cage"], "-s switches consoles; nothing else is needed"


def test_foot_runs_by_our_file_alone() -> None:
    _, foot, kiosk = command_lines()
    assert foot == ["/usr/bin/foot", f"--config=/opt/yanpiao/{FOOT.relative_to(ROOT)}"]
    assert kiosk[0] == "/opt/yanpiao/.venv/bin/kiosk"


def test_every_default_binding_of_foot_is_off() -> None:
    defaults = sections(DEFAULTS.read_text(encoding="utf-8"), commented=True)
    mine = ours()
    for section in BINDINGS:
        bound = {name for name in defaults[section] if name != "noop"}
        assert len(bound) >= 2, f"[{section}] of {DEFAULTS} was not understood"
        assert bound - mine[section].keys() == set()
        assert set(mine[section].values()) == {"none"}, section


@pytest.mark.parametrize("section", [*BINDINGS, "text-bindings"])
def test_no_binding_is_on(section: str) -> None:
    assert set(ours().get(section, {}).values()) <= {"none"}


def test_nothing_on_the_screen_starts_a_program() -> None:
    mine = ours()
    assert mine["url"]["launch"] == "/bin/false"
    assert mine[""]["notify"] == "/bin/false"
    assert mine["scrollback"]["lines"] == "0"


def test_foot_takes_the_file() -> None:
    done = subprocess.run(
        ["foot", f"--config={FOOT}", "--check-config"],
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    assert not re.search(r"^ *(err|warn):", done.stderr, re.MULTILINE), done.stderr


def test_no_other_console_offers_a_login() -> None:
    parser = RawConfigParser()
    parser.read(DEPLOY / "systemd" / "logind.conf.d" / "yanpiao-kiosk.conf", encoding="utf-8")
    login = parser["Login"]
    assert (login["NAutoVTs"], login["ReserveVT"]) == ("0", "0")
    assert all(login[key] == "ignore" for key in login if key.startswith("handle"))
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert "systemctl mask getty@.service autovt@.service ctrl-alt-del.target\n" in text
    assert "install -D -m 644 deploy/systemd/logind.conf.d/yanpiao-kiosk.conf" in text
    assert "install -m 644 deploy/sysctl/60-yanpiao-kiosk.conf" in text


def test_sysrq_is_off() -> None:
    text = (DEPLOY / "sysctl" / "60-yanpiao-kiosk.conf").read_text(encoding="utf-8")
    assert "\nkernel.sysrq = 0\n" in text


def test_the_session_needs_no_locale_that_a_fresh_debian_lacks() -> None:
    assert unit()["Service"]["Environment"] == "LANG=C.UTF-8"
