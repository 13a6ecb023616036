from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from helpdesk.texts import LANGUAGES, load_texts

FOLDER = Path("helpdesk/locale")
DOMAINS = ("foundation", "operator")
FILES = [path for domain in DOMAINS for path in sorted(FOLDER.glob(f"*/LC_MESSAGES/{domain}.po"))]
CODE = re.compile(
    r"(?:Error|Problem|RateLimited)\(\s*\"([a-z_]+\.[a-z_0-9.]+)\""
    r"|code: str = \"([a-z_.]+)\""
)
OURS = [
    "*.py",
    "db/*.py",
    "security/*.py",
    "web/*.py",
    "cli/frame.py",
    "cli/__init__.py",
    "cli/confirmation.py",
]


def _catalogue(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


@pytest.mark.parametrize("files", [FILES[:2], FILES[2:]], ids=DOMAINS)
def test_both_languages_say_the_same_things(files: list[Path]) -> None:
    first, second = map(_catalogue, files)
    assert first.keys() == second.keys()
    for key in first:
        names = [
            {name for _, name, *_ in string.Formatter().parse(each[key]) if name}
            for each in (first, second)
        ]
        assert names[0] == names[1], key
        assert first[key]
        assert second[key]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_the_compiled_catalogue_is_current(path: Path) -> None:
    with path.with_suffix(".mo").open("rb") as file:
        compiled = {str(m.id): str(m.string) for m in read_mo(file) if m.id}
    assert compiled == _catalogue(path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_that_is_raised_has_a_sentence(language: str) -> None:
    texts = load_texts().of(language)
    files = [path for pattern in OURS for path in Path("helpdesk").glob(pattern)]
    found = [CODE.findall(path.read_text(encoding="utf-8")) for path in files]
    codes = {one or other for each in found for one, other in each}
    assert len(codes) > 40
    assert [code for code in sorted(codes) if texts.text(f"error.{code}") == f"error.{code}"] == []


def test_a_sentence_with_a_gap_beats_none() -> None:
    texts = load_texts().of("en")
    assert "{path}" in texts.text("error.db.owned")
    assert texts.text("no.such.key", name="x") == "no.such.key"
    assert load_texts().of("fr").language == "zh_CN"
