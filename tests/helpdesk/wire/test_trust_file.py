from __future__ import annotations

import json

import pytest

from helpdesk.wire.errors import WireError
from helpdesk.wire.trust_file import TrustFile
from tests.helpdesk.wire.world import bundle, listed


def test_what_is_written_is_read() -> None:
    told = TrustFile(bundle=bundle(listed()), parts=(b"12345678", b"\0" * 16))
    assert TrustFile.read(told.model_dump_json().encode()) == told


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"bundle": ""}',
        b'{"bundle": "AA=="}',
        b'{"bundle": "AA", "parts": [""]}',
        b'{"bundle": "AA", "more": 1}',
        b"\xff",
        json.dumps({"bundle": "AA", "parts": "AA"}).encode(),
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(WireError) as raised:
        TrustFile.read(data)
    assert raised.value.code == "trust.form"
