from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kiosk.config import KEYS, SECTIONS, Config
from kiosk.config_file import ConfigError, Problem, load


def read(folder: Path, text: str, **environ: str) -> Config:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, environ)


def problems(folder: Path, text: str, **environ: str) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        read(folder, text, **environ)
    return list(caught.value.problems)


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    config = read(tmp_path, "")
    assert config.kiosk.idle == 60
    assert config.printer.kind == "none"
    assert config.data == tmp_path / "data/kiosk"
    assert config.access is None
    assert config.zone.key == "Asia/Shanghai"


def test_sections_of_the_other_process_are_accepted_unread(tmp_path: Path) -> None:
    config = read(tmp_path, '[helpdesk]\nlisten = "x"\nnonsense = 1\n[queue]\n[kiosk]\nidle = 30')
    assert config.kiosk.idle == 30


def test_all_problems_are_told_at_once_with_file_key_and_nearest(tmp_path: Path) -> None:
    text = '[kiosk]\nidel = 30\nprefix = "w"\nidle = "soon"\n[printr]\n[printer]\ncolumns = 40\n'
    found = problems(tmp_path, text)
    assert [p.code for p in found] == [
        "config.unknown_key",
        "config.wrong_form",
        "config.wrong_type",
        "config.unknown_section",
        "config.wrong_value",
    ]
    assert found[0].params == {
        "file": str(tmp_path / "config.toml"),
        "key": "kiosk.idel",
        "nearest": "kiosk.idle",
    }
    assert found[3].params["nearest"] == "printer"
    assert found[4].params["expected"] == "32, 48"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("kiosk.server", '"ftp://host"'),
        ("kiosk.server", '"http://"'),
        ("kiosk.server", '"http://user@host"'),
        ("kiosk.server", '"http://host:99999"'),
        ("kiosk.server", "5"),
        ("kiosk.prefix", '"W"'),
        ("kiosk.prefix", '"TOOLONG"'),
        ("kiosk.idle", "true"),
        ("kiosk.idle", "1.5"),
        ("kiosk.idle", "1"),
        ("kiosk.next_day", "1"),
        ("kiosk.language", '"fr"'),
        ("centre.timezone", '"Asia/Nowhere"'),
        ("centre.timezone", '"../../etc/passwd"'),
        ("printer.deadline", '"3"'),
        ("printer.deadline", "nan"),
        ("printer.address", '"a b"'),
        ("scanner.prefix", '"etx"'),
    ],
)
def test_a_value_that_cannot_be_is_named(tmp_path: Path, key: str, value: str) -> None:
    section, name = key.split(".")
    found = problems(tmp_path, f"[{section}]\n{name} = {value}")
    assert [p.params["key"] for p in found] == [key]
    assert found[0].params["expected"]


def test_a_whole_number_is_a_number(tmp_path: Path) -> None:
    assert read(tmp_path, "[printer]\ndeadline = 2").printer.deadline == 2.0


def test_a_printer_needs_an_address(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, '[printer]\nkind = "tcp"')
    assert (found.code, found.params["key"]) == ("config.no_address", "printer.address")


def test_a_font_that_is_not_there_is_named(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, '[printer]\nfont = "fonts/song.otf"')
    assert found.code == "config.no_file"
    assert found.params["key"] == "printer.font"
    assert found.params["path"] == str(tmp_path / "fonts" / "song.otf")
    (tmp_path / "song.otf").write_bytes(b"")
    config = read(tmp_path, '[printer]\nfont = "song.otf"')
    assert config.font == tmp_path / "song.otf"
    assert read(tmp_path, "").font is None


def test_the_environment_wins(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        '[kiosk]\nidle = 30\nlanguage = "en"',
        YANPIAO_KIOSK__IDLE="90",
        YANPIAO_KIOSK__NEXT_DAY="false",
        YANPIAO_PRINTER__DEADLINE="0.5",
        YANPIAO_HELPDESK__LISTEN="unread",
        YANPIAO_EXAMPLES="unread",
    )
    assert (config.kiosk.idle, config.kiosk.next_day, config.printer.deadline) == (90, False, 0.5)
    assert config.kiosk.language == "en"


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    found = problems(tmp_path, "", YANPIAO_KIOSK__IDLE="soon", YANPIAO_KIOSK__IDEL="1")
    assert [(p.code, p.params["file"]) for p in found] == [
        ("config.unknown_key", "YANPIAO_KIOSK__IDEL"),
        ("config.wrong_type", "YANPIAO_KIOSK__IDLE"),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[kiosk", "config.syntax"),
        (b"kiosk = 5", "config.not_a_section"),
        (b"\xff\xfe", "config.unreadable"),
        (b"a = " + b"[" * 5000, "config.syntax"),
    ],
)
def test_a_broken_file_is_a_coded_error(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    assert caught.value.code == code


def test_a_missing_file_is_a_coded_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "none.toml", {})
    assert caught.value.code == "config.missing"


def test_every_key_has_a_meaning_and_a_good_default() -> None:
    for key in KEYS:
        assert key.meaning
        if key.check:
            assert key.check(key.default) is None, key.path
    made: list[Any] = [shape() for shape in SECTIONS.values()]
    assert len(KEYS) == sum(len(shape.__slots__) for shape in made)
