from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from invoices.advice import AdviceCode
from invoices.errors import Fault
from invoices.kinds import Field, Kind
from invoices.verdict import Source, State, Verdict
from kiosk.config_file import ConfigError
from kiosk.i18n import FOLDER, LANGUAGES, CatalogueError, Catalogues

ROOT = Path(__file__).parents[2]
CODED = re.compile(r'(?:Error|Fault|Problem)\(\s*"([a-z_]+(?:\.[a-z_]+)+)"')
PROBLEM = re.compile(r'self\._(?:problem|unknown)\(\s*"([a-z_.]+)"')
COMPLAINT = re.compile(r'complain\("([a-z_.]+)"')
TEXT = re.compile(r'"((?:cli|receipt|told)\.[a-z_.]+[a-z_])"')
BRACES = re.compile(r'f"((?:cli|receipt|told)\.[a-z_.]+)\.\{')


COMMAND_LINE = ("kiosk", "operator")
"""The catalogues that every command reads."""


def texts(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for domain in COMMAND_LINE:
        with (FOLDER / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
            found |= {str(m.id): str(m.string) for m in read_po(file) if m.id}
    return found


def sources(*rooms: str) -> str:
    paths = [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    return "\n".join(
        path.read_text("utf-8") for path in paths if not {"demo", "demo.py"} & {*path.parts}
    )


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("domain", COMMAND_LINE)
def test_the_compiled_catalogue_is_the_written_one(
    language: str, domain: str, tmp_path: Path
) -> None:
    folder = FOLDER / language / "LC_MESSAGES"
    with (folder / f"{domain}.po").open("rb") as file, (tmp_path / "mo").open("wb") as made:
        write_mo(made, read_po(file, locale=language))
    assert (tmp_path / "mo").read_bytes() == (folder / f"{domain}.mo").read_bytes()


def test_both_languages_say_the_same_things_with_the_same_places() -> None:
    chinese, english = texts("zh_CN"), texts("en")
    assert chinese.keys() == english.keys()
    for key, text in chinese.items():
        assert text
        assert english[key]
        assert places(text) == places(english[key]), key


def test_every_word_of_the_invoices_has_its_text() -> None:
    wanted = {
        *(f"verdict.{item}" for item in Verdict),
        *(f"state.{item}" for item in State),
        *(f"source.{item}" for item in Source),
        *(f"field.{item}" for item in Field),
        *(f"kind.{item}" for item in Kind),
        *(f"advice.{item}" for item in AdviceCode),
        *(f"error.{item}" for item in Fault),
    }
    assert wanted <= texts("zh_CN").keys()


def test_every_error_of_kiosk_and_printers_has_its_text() -> None:
    code = sources("kiosk", "printers")
    found = {*CODED.findall(code), *PROBLEM.findall(code), *COMPLAINT.findall(code)}
    assert {"store.owned", "config.unknown_key", "control.absent", "pack.no_key"} <= found
    assert {f"error.{item}" for item in found} <= texts("zh_CN").keys()


def test_every_key_that_commands_and_slips_name_exists() -> None:
    code = sources("kiosk")
    known = texts("zh_CN").keys()
    assert set(TEXT.findall(code)) - known == {"cli.bug", "cli.interrupted"}
    for stem in BRACES.findall(code):
        assert any(key.startswith(stem + ".") for key in known), stem


def test_a_sentence_takes_values_and_survives_their_lack() -> None:
    text = Catalogues().translator("en")
    assert text("cli.slip.queued", job="A03-261124-0001") == "Queued: A03-261124-0001"
    assert text("cli.slip.queued", other=1) == "Queued: –"
    assert text("no.such.key", a=1) == "no.such.key"
    assert text("") == ""


def test_values_are_never_read_as_places() -> None:
    text = Catalogues().translator("en")
    assert text("cli.slip.queued", job="{0.__class__} {job}") == "Queued: {0.__class__} {job}"


def test_the_first_language_leads() -> None:
    assert [*Catalogues("en").languages] == ["en", "zh_CN"]
    assert Catalogues("en").translator("zh_CN")("verdict.match") == "一致"


def test_a_missing_catalogue_is_a_coded_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as caught:
        Catalogues(folder=tmp_path)
    assert caught.value.code == "catalogue.missing"
    assert not isinstance(caught.value, ConfigError)
