"""The guides say the same in both languages, and what they tell to run and copy exists."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from helpdesk import cli as helpdesk_cli
from helpdesk.config_file import load as load_server
from helpdesk.texts import load_texts
from kiosk.cli.app import build as build_kiosk
from kiosk.config_file import load as load_kiosk
from kiosk.i18n import Catalogues

ROOT = Path(__file__).parents[2]
PAIRS = (
    ("README.md", "README.zh-CN.md"),
    ("docs/install.md", "docs/install.zh-CN.md"),
    ("docs/registry-file.md", "docs/registry-file.zh-CN.md"),
)
GUIDES = [name for pair in PAIRS for name in pair]
NUMBERED = re.compile(r"^[A-Z]\d?\b")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands(text: str) -> list[str]:
    """The lines of all blocks, without what is said beside them."""
    blocks = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    lines = "\n".join(blocks).splitlines()
    return [re.sub(r"\s+#.*", "", line).strip() for line in lines if line.strip()]


def headings(text: str) -> list[tuple[int, str]]:
    """Their depth, and the number of those that have one."""
    found = re.findall(
        r"^(#+) (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE
    )
    return [(len(mark), "".join(NUMBERED.findall(title))) for mark, title in found]


def links(text: str) -> list[str]:
    """Where it points, the language of a guide left out."""
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    return sorted(
        {target.replace(".zh-CN.md", ".md").partition("#")[0] for target in targets}
        - {"", "README.md", "install.md", "registry-file.md"}
    )


def codes(text: str) -> set[str]:
    """What stands between backticks in the prose."""
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)))


@pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_both_languages_have_the_same_commands_headings_and_links(
    english: str, chinese: str
) -> None:
    one, other = read(english), read(chinese)
    assert commands(one) == commands(other)
    assert headings(one) == headings(other)
    assert links(one) == links(other)
    assert f"({Path(chinese).name})" in one
    assert f"({Path(english).name})" in other


def test_both_install_guides_name_the_same_things() -> None:
    one, other = (codes(read(name)) for name in PAIRS[1])
    assert {code for code in one ^ other if not re.search("[\u4e00-\u9fff]", code)} == {"host:9100"}


@pytest.mark.parametrize("guide", [*GUIDES, "deploy/README.md"])
def test_every_link_and_every_file_of_ours_is_there(guide: str) -> None:
    text = read(guide)
    folder = (ROOT / guide).parent
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        assert (folder / target).exists(), target
    for path in re.findall(r"(?<![\w/])deploy/[\w./-]+\w", "\n".join(commands(text))):
        assert (ROOT / path).exists(), path


def our_commands(guide: str) -> list[tuple[str, list[str]]]:
    found = [
        re.search(r"(?:^|[/ ])(helpdesk|kiosk) ((?!.*\.service)[a-z].*)", line)
        for line in commands(read(guide))
        if not line.startswith(("ln", "install", "systemctl", "cp", "rm", "apt-get", "cd"))
    ]
    return [(match[1], match[2].split()) for match in found if match]


@pytest.mark.parametrize("guide", ["README.md", "docs/install.md"])
def test_every_command_of_ours_is_understood(guide: str) -> None:
    trees = {
        "helpdesk": helpdesk_cli.build(load_texts().of("en")),
        "kiosk": build_kiosk(Catalogues(domains=("kiosk", "operator", "demo")).translator("en")),
    }
    told = our_commands(guide)
    assert len(told) >= 7
    for program, words in told:
        command = trees[program]
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        assert not hasattr(command, "commands"), (program, words)
        options = {option for each in command.params for option in each.opts}
        assert {word for word in words if word.startswith("--")} <= options, (program, words)


def test_the_configurations_to_copy_are_fit_for_service() -> None:
    server = load_server(ROOT / "deploy/config/server.toml", {})
    kiosk = load_kiosk(ROOT / "deploy/config/kiosk.toml", {})
    assert not server.security.shared_access
    assert str(server.keys) == "/var/lib/yanpiao-helpdesk/keys"
    assert str(server.control) == "/var/lib/yanpiao-helpdesk/control.sock"
    assert str(server.packs_folder) == "/var/lib/yanpiao-helpdesk/packs"
    assert str(server.sqlite_path) == "/var/lib/yanpiao-helpdesk/helpdesk.sqlite3"
    assert str(kiosk.data) == "/var/lib/yanpiao/kiosk"
    assert kiosk.access is None
    folders = read("deploy/systemd/yanpiao.tmpfiles")
    assert "d /var/lib/yanpiao/kiosk 0700 yanpiao yanpiao" in folders
    assert "d /var/lib/yanpiao-helpdesk 0700 yanpiao-helpdesk yanpiao-helpdesk" in folders
    for name in ("server", "kiosk"):
        assert tomllib.loads(read(f"deploy/config/{name}.toml"))["centre"]["address"]
