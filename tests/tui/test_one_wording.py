"""One thing has one wording: on screen and slip, on command lines and the server's pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from invoices.verdict import State, Verdict
from tests.tui.scripted_ports import ROOT, catalogue
from tui.kiosk.answers import headline_key

LANGUAGES = ("zh_CN", "en")
ANSWERS = [(Verdict.MATCH, state) for state in State] + [
    (verdict, None) for verdict in Verdict if verdict is not Verdict.MATCH
]


def on_the_slip(verdict: Verdict, state: State | None, language: str) -> str:
    words = catalogue(language, "kiosk")
    said = words[f"verdict.{verdict}"]
    if state is None:
        return said
    return words["receipt.with_state"].format(verdict=said, state=words[f"state.{state}"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("verdict", "state"), ANSWERS)
def test_the_screens_headline_is_the_slips(
    verdict: Verdict, state: State | None, language: str
) -> None:
    key = headline_key(verdict, state, dated=False)
    _, _, words = catalogue(language, "tui")[key].partition(" ")
    assert words == on_the_slip(verdict, state, language)
    other = {"zh_CN": "en", "en": "zh_CN"}[language]
    assert catalogue(language, "tui")[f"{key}.other"].startswith(on_the_slip(verdict, state, other))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_server_says_of_an_answer_what_the_kiosk_says(language: str) -> None:
    path = ROOT / "helpdesk" / "locale" / language / "LC_MESSAGES" / "helpdesk.po"
    with path.open("rb") as file:
        server = {str(each.id): str(each.string) for each in read_po(file) if each.id}
    kiosk = catalogue(language, "kiosk")
    shared = {
        key for key in kiosk.keys() & server.keys() if key.startswith(("verdict.", "state."))
    } | {"receipt.with_state", "receipt.then_normal"}
    assert len(shared) > 12
    assert {key: server[key] for key in shared} == {key: kiosk[key] for key in shared}


def everything(language: str) -> dict[str, str]:
    folder = Path("kiosk/locale") / language / "LC_MESSAGES"
    domains = [path.stem for path in (ROOT / folder).glob("*.po")]
    assert {"kiosk", "tui", "technician"} <= set(domains)
    return {key: text for domain in domains for key, text in catalogue(language, domain).items()}


def test_the_slip_has_one_name() -> None:
    assert [key for key, text in everything("zh_CN").items() if "凭条" in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visitor_is_told_no_names_of_faults_inside(language: str) -> None:
    assert "{" not in catalogue(language, "kiosk")["error.store.not_saved"]
