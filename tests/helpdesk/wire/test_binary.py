"""Bytes in JSON: what the description of the API says of them is what the server takes."""

from __future__ import annotations

import re
import string
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError, create_model

from helpdesk.wire.binary import Base64, to_text

LENGTHS = [(count, count) for count in (0, 1, 2, 3, 4, 10, 16, 32, 64)] + [(1, 5), (0, 70)]
each_length = pytest.mark.parametrize(("low", "high"), LENGTHS)


def model_of(low: int, high: int) -> tuple[type[BaseModel], re.Pattern[str], range]:
    """A model with one member, and what its schema says of that member's texts."""
    member = Annotated[bytes, Base64(low, high)]
    model = create_model("Model", data=(member, ...))
    told = model.model_json_schema()["properties"]["data"]
    return model, re.compile(told["pattern"]), range(told["minLength"], told["maxLength"] + 1)


def taken(model: type[BaseModel], text: str) -> bool:
    try:
        model.model_validate({"data": text})
    except ValidationError:
        return False
    return True


@each_length
@given(st.data())
def test_every_text_of_the_schema_is_taken(low: int, high: int, data: st.DataObject) -> None:
    model, pattern, lengths = model_of(low, high)
    written = to_text(data.draw(st.binary(min_size=low, max_size=high)))
    assert pattern.search(written)
    assert len(written) in lengths
    if low == high:
        # Nothing but the pattern is needed to make one.
        made = data.draw(st.from_regex(pattern, fullmatch=True))
        assert taken(model, made.removesuffix("\n"))


@each_length
@given(st.text(string.ascii_letters + string.digits + "-_=+/ \n", max_size=90))
def test_the_schema_and_the_server_agree_on_any_text(low: int, high: int, text: str) -> None:
    model, pattern, lengths = model_of(low, high)
    fits = bool(pattern.fullmatch(text)) and len(text) in lengths
    assert taken(model, text) == fits


@pytest.mark.parametrize("count", [1, 2, 16, 32, 64])
def test_another_spelling_of_the_last_bits_is_in_neither(count: int) -> None:
    model, pattern, _ = model_of(count, count)
    text = to_text(bytes(count))
    spellings = [text[:-1] + last for last in string.ascii_letters + string.digits + "-_"]
    fitting = [each for each in spellings if pattern.fullmatch(each)]
    assert fitting == [each for each in spellings if taken(model, each)]
    assert len(fitting) == {1: 4, 2: 16}[count % 3]
