"""Every finding has its sentence and, where it asks for something, its cure, in both languages."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from string import Formatter

import pytest
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from textual.binding import Binding

from kiosk.checkup.finding import Finding, Level, Part, Size, Why
from kiosk.checkup.judge import judge, judge_config
from kiosk.checkup.words import SHELL, Reader, Words, words_in
from kiosk.config_file import Problem
from kiosk.i18n import FOLDER, LANGUAGES
from tests.kiosk.checkup.scenes import SCENES, Scene
from tests.kiosk.test_cli import kiosk
from tui.technician.app import TechnicianApp

COMMAND = re.compile(r"\b(kiosk|helpdesk) ((?:[a-z][a-z-]+ ?)+)")


def texts(language: str) -> dict[str, str]:
    with (FOLDER / language / "LC_MESSAGES" / "technician.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return words_in(request.param, in_utc)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene.code}-{scene.level}")
def test_every_finding_says_what_is_so_and_what_to_do(scene: Scene, words: Words) -> None:
    for found in judge(scene.config, scene.looked):
        line, cure = words.line(found), words.cure(found)
        assert not line.startswith(("doctor.", "error."))
        assert "{" not in line + cure
        assert "–" not in line + cure, found
        asks = found.level in {Level.WARNING, Level.FAULT, Level.UNKNOWN}
        assert bool(cure) == asks
        assert not cure.startswith("doctor.")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene.code}-{scene.level}")
def test_a_technician_is_told_what_keys_can_do_or_whom_to_ask(scene: Scene, language: str) -> None:
    words = words_in(language, in_utc, Reader.TECHNICIAN)
    administrator = {"zh_CN": "请管理员", "en": "dministrator"}[language]
    for found in judge(scene.config, scene.looked):
        cure = words.cure(found)
        assert "{" not in cure
        assert not cure.startswith("doctor.")
        if SHELL.search(cure):
            assert administrator in cure, found


def test_keys_that_a_cure_names_are_keys_of_the_technicians_screen() -> None:
    keys = {binding.key for binding in TechnicianApp.BINDINGS if isinstance(binding, Binding)}
    named = {
        match[1]
        for key, text in texts("en").items()
        if key.endswith(".do.keys")
        for match in re.finditer(r"\b(?:[Pp]ress|with) ([A-Z])\b", text)
    }
    assert {"R", "S", "P", "D"} <= named
    assert {f"{key.lower()},{key}" for key in named} <= keys


def test_no_sentence_is_unused() -> None:
    told = {f"doctor.{scene.code}" for scene in SCENES} | {"doctor.config"}
    cures = {f"{key}.do" for key in told}
    by_keys = {f"{cure}.keys" for cure in cures}
    own = {"doctor.well", "doctor.found", "doctor.unknown", "doctor.administrator"}
    keys = {key for key in texts("en") if key.startswith("doctor.")}
    assert keys <= told | cures | by_keys | own
    assert {f"part.{part}" for part in Part} <= texts("en").keys()


def test_both_languages_say_the_same_things_with_the_same_places() -> None:
    chinese, english = texts("zh_CN"), texts("en")
    assert chinese.keys() == english.keys()
    for key, text in chinese.items():
        assert text
        assert english[key]
        if not key.endswith((".do", ".do.keys")) and not key.startswith("span."):
            assert places(text) == places(english[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    folder = FOLDER / language / "LC_MESSAGES"
    made = io.BytesIO()
    with (folder / "technician.po").open("rb") as file:
        write_mo(made, read_po(file, locale=language))
    made.seek(0)
    with (folder / "technician.mo").open("rb") as file:
        written = {m.id: m.string for m in read_mo(file) if m.id}
    assert written == {m.id: m.string for m in read_mo(made) if m.id}


@pytest.mark.e2e
def test_every_command_that_a_cure_names_exists() -> None:
    named = {
        (match[1], tuple(match[2].split()))
        for text in texts("zh_CN").values()  # where nothing but commands is in Latin letters
        for match in COMMAND.finditer(text)
    }
    ours = {words for program, words in named if program == "kiosk"}
    verbs = {("doctor",), ("sync", "now"), ("packs", "fetch"), ("packs", "import"), ("enrol",)}
    assert verbs <= ours
    top = kiosk("--help").stdout
    for first in {words[0] for words in ours}:
        assert re.search(rf"^\s+{first}\b", top, re.MULTILINE), first
    for group in ("slip", "packs", "sync", "journal"):
        listed = kiosk(group, "--help").stdout
        for words in ours:
            if words[0] == group and len(words) > 1:
                assert re.search(rf"^\s+{words[1]}\b", listed, re.MULTILINE), words


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (0.34, "0.3 s"),
        (1.7, "1 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h 0 min"),
        (86399, "23 h 59 min"),
        (90000, "1 d 1 h"),
        (-5, "0 s"),
    ],
)
def test_spans_are_short(seconds: float, text: str) -> None:
    assert words_in("en", in_utc).span(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0.0 B"), (1023, "1023.0 B"), (1536, "1.5 KiB"), (1 << 50, "1024.0 TiB")]
)
def test_sizes_are_short(size: int, text: str) -> None:
    found = Finding(Part.DISK, "full", Level.FAULT, {"free": Size(size)})
    assert f"Only {text} left" in words_in("en", in_utc).line(found)


def test_a_reason_is_told_in_words_and_an_unknown_one_by_its_code() -> None:
    words = words_in("en", in_utc)

    def line(code: str) -> str:
        return words.line(Finding(Part.PACKS, "fault", Level.WARNING, {"why": Why(code)}))

    assert "pack.full" not in line("pack.full")
    assert line("pack.of_tomorrow").endswith("pack.of_tomorrow")


def test_a_problem_of_the_configuration_is_told_as_everywhere(words: Words) -> None:
    problem = Problem("config.unknown_key", {"file": "c.toml", "key": "a.b", "nearest": "a.c"})
    (found,) = judge_config((problem,))
    assert all(part in words.line(found) for part in ("c.toml", "a.b", "a.c"))
    assert "kiosk doctor" in words.cure(found)


def test_the_summary_counts() -> None:
    words = words_in("en", in_utc)
    fault = Finding(Part.DISK, "full", Level.FAULT)
    unknown = Finding(Part.CLOCK, "unchecked", Level.UNKNOWN)
    assert words.summary(()) == "All is well."
    assert words.summary((fault, unknown)).startswith("1 to deal with, 1 could")
    assert words.summary((unknown,)).startswith("Nothing found, but 1")
