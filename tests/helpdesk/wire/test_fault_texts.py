"""Every fault of the signed forms that reaches a person has its sentence, on both sides alike."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from helpdesk.wire.faults import Fault

LANGUAGES = ("zh_CN", "en")
FOLDERS = {"kiosk": Path("kiosk/locale"), "helpdesk": Path("helpdesk/locale")}
GIVEN = {
    Fault.JOURNAL_KIND: {"kind"},
    Fault.JOURNAL_PAYLOAD: {"kind"},
    Fault.JOURNAL_CONTENT: {"seq"},
    Fault.JOURNAL_GAP: {"seq"},
    Fault.JOURNAL_FORK: {"seq"},
    Fault.JOURNAL_AHEAD: {"mark"},
    Fault.SITE_LONG: {"limit"},
}
"""What the code gives to these sentences; to all others nothing."""
ELSEWHERE = {Fault.KEY_FORM}
"""On the kiosk the sentence of a key file, which it names."""


def sentences(side: str, language: str) -> dict[str, str]:
    path = FOLDERS[side] / language / "LC_MESSAGES" / f"{side}.po"
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


@pytest.mark.parametrize("side", FOLDERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_a_sentence_with_just_the_values_it_gets(side: str, language: str) -> None:
    said = sentences(side, language)
    assert [fault for fault in Fault if f"error.{fault}" not in said] == []
    for fault in set(Fault) - ELSEWHERE:
        named = {name for _, name, _, _ in Formatter().parse(said[f"error.{fault}"]) if name}
        assert named <= GIVEN.get(fault, set()), fault


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_sides_say_the_same(language: str) -> None:
    kiosk, helpdesk = sentences("kiosk", language), sentences("helpdesk", language)
    keys = [f"error.{fault}" for fault in set(Fault) - ELSEWHERE]
    keys += [key for key in helpdesk if key.startswith(("verdict.", "state.", "receipt.", "told."))]
    assert len([key for key in keys if key.startswith("told.")]) == 7
    assert {key: kiosk[key] for key in keys} == {key: helpdesk[key] for key in keys}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_slips_sentence_says_what_happened_and_what_to_do(language: str) -> None:
    said = sentences("kiosk", language)
    for fault in Fault:
        if fault.startswith("slip."):
            text = said[f"error.{fault}"]
            assert any(sign in text for sign in "；;：:.。"), fault
            assert text.endswith(("。", "."))
