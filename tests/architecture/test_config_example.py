"""`config.toml` is the documentation of every key, and runs as it is."""

from __future__ import annotations

import tomllib
from pathlib import Path

from helpdesk.config import KEYS as SERVER_KEYS
from helpdesk.config_file import load as load_server
from kiosk.config import KEYS as KIOSK_KEYS
from kiosk.config_file import load as load_kiosk

EXAMPLE = Path(__file__).parents[2] / "config.toml"
KEYS = [(key.section, key.name, key.default) for key in KIOSK_KEYS] + [
    (key.section, key.name, key.default) for key in SERVER_KEYS
]
SET_HERE = {("kiosk", "access")}
"""Keys whose value in the example is not the default: the example is one machine with both."""


def test_every_key_is_in_the_example_with_its_default() -> None:
    shown = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    for section, name, default in KEYS:
        assert name in shown[section], name
        if (section, name) not in SET_HERE:
            assert shown[section][name] == default, name


def test_the_example_has_no_other_key() -> None:
    shown = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    named = {(section, name) for section, keys in shown.items() for name in keys}
    assert named == {(section, name) for section, name, _ in KEYS}


def test_every_key_is_explained_above_it() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if "=" in line and not line.startswith("#"):
            assert lines[number - 1].startswith("# "), line


def test_both_processes_take_it() -> None:
    assert load_server(EXAMPLE, {}).database.url.startswith("sqlite://")
    assert load_kiosk(EXAMPLE, {}).kiosk.prefix == "A03"
