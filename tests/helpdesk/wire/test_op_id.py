from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.wire import op_id
from helpdesk.wire.errors import WireError


def test_the_example_of_rfc_9562() -> None:
    chance = (0xCC3 << 62 | 0x18C4DC0C0C07398F).to_bytes(10, "big")

    assert op_id.make(0x017F22E279B0, chance) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_every_id_is_a_uuid7_that_tells_its_time(ms: int, chance: bytes) -> None:
    made = op_id.make(ms, chance)

    read = uuid.UUID(made)
    assert (read.version, read.variant) == (7, uuid.RFC_4122)
    assert op_id.milliseconds(op_id.validate(made)) == ms


@given(st.integers(0, 2**48 - 2), st.binary(min_size=10, max_size=10))
def test_later_ids_sort_later(ms: int, chance: bytes) -> None:
    assert op_id.make(ms, b"\xff" * 10) < op_id.make(ms + 1, chance)


@pytest.mark.parametrize(
    ("ms", "chance", "code"),
    [
        (-1, b"\0" * 10, "op_id.time"),
        (2**48, b"\0" * 10, "op_id.time"),
        (0, b"\0" * 9, "op_id.random"),
        (0, b"\0" * 11, "op_id.random"),
    ],
)
def test_values_out_of_bounds_are_refused(ms: int, chance: bytes, code: str) -> None:
    with pytest.raises(WireError) as raised:
        op_id.make(ms, chance)

    assert raised.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-c8c4-dc0c0c07398f",
        "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n",
        " 017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
    ],
)
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(WireError) as raised:
        op_id.validate(text)

    assert raised.value.code == "op_id.form"
