from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.credit_code import (
    ALPHABET,
    check_character,
    is_valid,
    organisation_check_character,
)
from invoices.errors import CodeError, Fault
from tests.invoices.strategies import hostile


def made(head: str, organisation: str) -> str:
    """A whole code with both check characters."""
    body = head + organisation + organisation_check_character(organisation)
    return body + check_character(body)


# Published vectors of the standard's algorithm.
@pytest.mark.parametrize("code", ["91320106751253359F", "9132020013590404XW"])
def test_published_codes_are_valid(code: str) -> None:
    assert is_valid(code)


@given(
    st.text("0123456789", min_size=8, max_size=8), st.text("ABCDEFGH123", min_size=8, max_size=8)
)
def test_made_codes_are_valid_and_any_change_is_seen(head: str, organisation: str) -> None:
    code = made(head, organisation)
    assert is_valid(code)
    for at in range(len(code)):
        other = ALPHABET[(ALPHABET.index(code[at]) + 1) % len(ALPHABET)]
        assert not is_valid(code[:at] + other + code[at + 1 :])


@pytest.mark.parametrize("code", ["", "91320106751253359", "91320106751253359f", "I" * 18])
def test_other_texts_are_not_valid(code: str) -> None:
    assert not is_valid(code)


def test_seventeen_characters_are_needed() -> None:
    with pytest.raises(CodeError) as caught:
        check_character("9132010675125335I")
    assert caught.value.code == Fault.CREDIT_CODE_FORM


@given(hostile)
def test_any_text_is_judged_or_refused_with_a_code(text: str) -> None:
    assert is_valid(text) in (True, False)
    for make in (check_character, organisation_check_character):
        with suppress(CodeError):
            assert make(text) in ALPHABET
