from __future__ import annotations

import hmac

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.security.blind_index import BlindIndex


@given(key=st.binary(min_size=32, max_size=64), values=st.lists(st.binary(max_size=200)))
def test_it_is_hmac_sha256_cut_to_half(key: bytes, values: list[bytes]) -> None:
    index = BlindIndex(key)
    for value in values:
        assert index.of(value) == hmac.digest(key, value, "sha256")[:16]
        assert index.hex(value) == index.of(value).hex()
