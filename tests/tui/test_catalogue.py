"""The screens' sentences: none missing, none unused, the same values in every language."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from invoices.entry import EntryCode
from invoices.kinds import Field
from invoices.verdict import Source, State, Verdict
from tests.tui.scripted_ports import ROOT, catalogue
from tui.kiosk.amount_names import AmountName
from tui.kiosk.answers import headline_key, large_keys
from tui.kiosk.ports import Link, SlipState
from tui.kiosk.scanning import Scanning
from tui.kiosk.screens.help import TOPICS
from tui.kiosk.slip_words import OURS, REASONS
from tui.widgets.large_words import drawable

LANGUAGES = ("zh_CN", "en")
ANSWERS = [(Verdict.MATCH, state) for state in State] + [
    (verdict, None) for verdict in Verdict if verdict is not Verdict.MATCH
]
HEADLINES = {
    headline_key(*answer, dated=dated, scanned=scanned)
    for answer in ANSWERS
    for dated in (False, True)
    for scanned in (False, True)
}
LARGE = {
    key for answer in ANSWERS for dated in (False, True) for key in large_keys(*answer, dated=dated)
} | {"record.large", "result.large.bad_code"}


AMOUNTS = ("verify.question.amount", "paper.amount", "amount")
BY_HAND = [state for state in Scanning if state.by_hand]


def composed_keys() -> set[str]:
    """Keys that the code puts together, from the enums they come from."""
    keys = {str(code) for code in EntryCode} | HEADLINES | LARGE
    keys |= {f"{stem}.{name}" for stem in AMOUNTS for name in AmountName}
    keys |= {f"attract.{state}.title{tail}" for state in BY_HAND for tail in ("", ".other")}
    keys |= {f"home.invitation.{state}" for state in BY_HAND}
    keys.add("attract.title.other")
    keys |= {f"{key}.other" for key in HEADLINES}
    keys |= {f"result.source.{source}" for source in Source}
    keys |= {f"link.{link}{tail}" for link in Link for tail in ("", ".since")}
    keys |= {f"slip.{state}" for state in SlipState}
    keys |= {f"slip.reason.{reason}" for reason in {*REASONS, OURS}}
    for field in Field:
        keys.add(f"short.{field}")
        if field is not Field.AMOUNT:
            keys |= {f"verify.question.{field}", f"paper.{field}"}
    for topic in TOPICS:
        keys |= {f"help.{topic}.title", f"help.{topic}.text"}
    for language in LANGUAGES:
        keys |= {f"language.{language}", f"attract.start.{language}"}
    for tile in ("verify", "history", "help"):
        keys |= {f"home.tile.{tile}", f"home.tile.{tile}.more"}
    keys |= {f"notice.{action}" for action in ("by_hand", "home", "go_on")}
    printers = ("paper_out", "cover_open", "offline", "error")
    keys |= {f"home.notice.printer.{state}" for state in printers}
    return keys | {f"error.tui.{code}" for code in ("timeout", "no_service")}


def known_keys() -> set[str]:
    return {key for domain in ("tui", "kiosk", "technician") for key in catalogue("zh_CN", domain)}


def literal_keys() -> set[str]:
    """Dotted words in the code of the screens that are keys."""
    known = known_keys()
    found = set()
    for path in (ROOT / "tui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and str(node.value) in known:
                found.add(str(node.value))
            elif isinstance(node, ast.Call):
                found |= said_in(node)
    return found


def said_in(node: ast.Call) -> set[str]:
    """Keys by their place: what is said, a phrase's key, a binding's description."""
    called = (
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    )
    places = {"say": 0, "text": 0, "Phrase": 0, "Binding": 2}
    place = places.get(called, len(node.args))
    if place >= len(node.args):
        return set()
    key = node.args[place]
    return {str(key.value)} if isinstance(key, ast.Constant) else set()


def values_of(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_with_the_same_values() -> None:
    chinese, english = (catalogue(language, "tui") for language in LANGUAGES)
    assert set(chinese) == set(english)
    differing = {key for key in chinese if values_of(chinese[key]) != values_of(english[key])}
    assert differing == set()
    assert all(text.strip() for text in [*chinese.values(), *english.values()])


def test_every_key_used_exists() -> None:
    assert composed_keys() | literal_keys() <= known_keys()


def test_no_sentence_is_unused() -> None:
    assert set(catalogue("zh_CN", "tui")) <= composed_keys() | literal_keys()


def test_no_key_is_defined_twice() -> None:
    assert not set(catalogue("zh_CN", "tui")) & set(catalogue("zh_CN", "kiosk"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_drawn_large_can_be_drawn(language: str) -> None:
    texts = catalogue(language, "tui")
    assert all(drawable(texts[key]) for key in LARGE)
    assert drawable(texts["home.large"] + texts["home.large.typed"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_the_written_one(language: str, tmp_path: Path) -> None:
    folder = ROOT / "kiosk" / "locale" / language / "LC_MESSAGES"
    with (folder / "tui.po").open("rb") as file:
        written = read_po(file)
    fresh = tmp_path / "tui.mo"
    with fresh.open("wb") as file:
        write_mo(file, written)
    with fresh.open("rb") as one, (folder / "tui.mo").open("rb") as other:
        expected, compiled = read_mo(one), read_mo(other)
    assert {m.id: m.string for m in compiled if m.id} == {m.id: m.string for m in expected if m.id}
