"""The sentences of the pages: whole in both languages, kinds and fields named as on kiosks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from helpdesk.texts import LANGUAGES
from invoices.kinds import Field, Kind

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "helpdesk" / "pages"
KEY = re.compile(r'"(page\.(?!html)[a-z_.]+)"')
MADE = re.compile(r'f"(page\.[a-z_.]*)\{')


def said(side: str, name: str, language: str) -> dict[str, str]:
    path = ROOT / side / "locale" / language / "LC_MESSAGES" / f"{name}.po"
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in PAGES.glob("*.py"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_has_a_sentence_and_every_sentence_is_said(language: str) -> None:
    known, text = said("helpdesk", "pages", language), sources()
    asked, made = set(KEY.findall(text)), set(MADE.findall(text))
    assert len(asked) > 30
    assert sorted(asked - set(known)) == []
    assert {"page.label.", "page.next.", "page.slip."} <= made
    spare = [
        key
        for key in known
        if key.startswith("page.") and key not in asked and not key.startswith(tuple(made))
    ]
    assert spare == []


def test_both_languages_have_the_same_keys_and_places() -> None:
    one, other = (said("helpdesk", "pages", language) for language in LANGUAGES)
    assert one.keys() == other.keys()
    for key, text in one.items():
        assert re.findall(r"{\w+}", text) == sorted(re.findall(r"{\w+}", text), key=text.find)
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", other[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_kinds_and_fields_are_named_as_on_the_kiosk(language: str) -> None:
    ours = said("helpdesk", "pages", language)
    kiosk = said("kiosk", "kiosk", language) | said("kiosk", "tui", language)
    for key in [f"kind.{kind}" for kind in Kind] + [f"field.{field}" for field in Field]:
        assert ours[key] == kiosk[key]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_file_is_fresh(language: str) -> None:
    path = ROOT / "helpdesk" / "locale" / language / "LC_MESSAGES" / "pages.mo"
    with path.open("rb") as file:
        compiled = {str(message.id): message.string for message in read_mo(file) if message.id}
    assert compiled == said("helpdesk", "pages", language)
