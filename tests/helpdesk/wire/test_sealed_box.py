from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.wire import sealed_box
from helpdesk.wire.errors import WireError

PRIVATE = b"\x11" * 32
PUBLIC = sealed_box.public_of(PRIVATE)
BOX = sealed_box.seal(PUBLIC, b"keys", context=b"grant", ephemeral=b"\x22" * 32)


def refused(private: bytes = PRIVATE, box: bytes = BOX, context: bytes = b"grant") -> str:
    with pytest.raises(WireError) as raised:
        sealed_box.unseal(private, box, context=context)
    return raised.value.code


@given(st.binary(max_size=300), st.binary(max_size=40), st.binary(min_size=32, max_size=32))
def test_the_reader_and_nobody_else_opens_a_box(
    plain: bytes, context: bytes, ephemeral: bytes
) -> None:
    box = sealed_box.seal(PUBLIC, plain, context=context, ephemeral=ephemeral)

    assert sealed_box.unseal(PRIVATE, box, context=context) == plain
    assert len(box) == len(plain) + sealed_box.OVERHEAD
    assert refused(b"\x12" * 32, box, context) == "seal.open"
    assert refused(PRIVATE, box, context + b"x") == "seal.open"


def test_what_is_no_box_or_no_key_is_told_apart() -> None:
    assert refused(box=b"") == "seal.form"
    assert refused(box=b"YPB\x02" + BOX[4:]) == "seal.form"
    assert refused(box=BOX[:51]) == "seal.form"
    assert refused(private=b"short") == "seal.key"
    assert refused(box=BOX[:4] + bytes(32) + BOX[36:]) == "seal.key"
    for public in (bytes(32), b"short"):
        with pytest.raises(WireError) as raised:
            sealed_box.seal(public, b"", context=b"", ephemeral=PRIVATE)
        assert raised.value.code == "seal.key"


def test_no_changed_box_opens() -> None:
    chance = random.Random(7748)
    for _ in range(1000):
        data = bytearray(BOX)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        # The top bit of an X25519 key is ignored by the curve, yet bound by header and HKDF.
        assert refused(box=bytes(data)) in {"seal.form", "seal.open", "seal.key"}
