from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from helpdesk.kiosks.roster import KioskStanding
from helpdesk.kiosks.ruling import Reason
from helpdesk.texts import LANGUAGES, load_texts
from helpdesk.wire import sync

FILES = sorted(Path("helpdesk/locale").glob("*/LC_MESSAGES/kiosks.po"))
CODE = re.compile(r"(?:KiosksError|RequestError)\(\s*\"([a-z_]+\.[a-z_0-9.]+)\"")


def catalogue(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


def test_both_languages_say_the_same_things() -> None:
    first, second = map(catalogue, FILES)
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
        assert {str(m.id): str(m.string) for m in read_mo(file) if m.id} == catalogue(path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_sentence(language: str) -> None:
    texts = load_texts().of(language)
    files = [*Path("helpdesk/kiosks").glob("*.py")]
    raised = {code for path in files for code in CODE.findall(path.read_text(encoding="utf-8"))}
    assert len(raised) >= 12
    keys = [f"error.{code}" for code in raised | {sync.FENCED, sync.MUST_REFETCH, "kiosks.busy"}]
    keys += [f"exception.{reason.value}" for reason in Reason]
    keys += [f"standing.{standing.value}" for standing in KioskStanding]
    assert [key for key in sorted(keys) if texts.text(key) == key] == []
