"""Every key of the slices has a sentence in both languages, and the compiled files are fresh."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from helpdesk.texts import LANGUAGES, load_texts
from invoices.advice import AdviceCode

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "helpdesk" / "locale"
SLICES = ("registry", "verification", "demo_data")
_CODE = re.compile(
    r"""(?:Row|Table|Registry|Helpdesk|Idempotency|Verifier|Request)Error\(\s*"([a-z_.]+)\""""
)


def codes() -> set[str]:
    found = {"verification.guesses"}
    for path in [ROOT / "helpdesk" / "cli" / "demo_data.py"]:
        found |= set(_CODE.findall(path.read_text(encoding="utf-8")))
    for name in SLICES:
        for path in (ROOT / "helpdesk" / name).rglob("*.py"):
            found |= set(_CODE.findall(path.read_text(encoding="utf-8")))
    return found


def test_the_search_finds_codes() -> None:
    assert {"row.sum", "table.xlsx", "invoice.changed", "idempotency.mismatch"} <= codes()
    assert len(codes()) > 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_sentence(language: str) -> None:
    texts = load_texts().of(language)
    keys = {f"error.{code}" for code in codes()} | {f"advice.{code}" for code in AdviceCode}

    assert [key for key in sorted(keys) if texts.text(key) == key] == []


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    shapes = []
    for language in LANGUAGES:
        with (LOCALE / language / "LC_MESSAGES" / "helpdesk.po").open("rb") as file:
            catalogue = read_po(file, locale=language)
        shapes.append(
            {
                message.id: set(re.findall(r"{(\w+)}", str(message.string)))
                for message in catalogue
                if message.id
            }
        )
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_file_is_fresh(language: str) -> None:
    folder = LOCALE / language / "LC_MESSAGES"
    with (folder / "helpdesk.po").open("rb") as source, (folder / "helpdesk.mo").open("rb") as made:
        told = {message.id: message.string for message in read_po(source) if message.id}
        compiled = {message.id: message.string for message in read_mo(made) if message.id}

    assert compiled == told
