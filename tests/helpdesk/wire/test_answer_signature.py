from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.wire import answer_signature, request_signature
from helpdesk.wire.answer_signature import ANSWER
from helpdesk.wire.errors import WireError
from helpdesk.wire.request_signature import SIGNATURE_INPUT, Request
from tests.helpdesk.wire.world import KIOSK, NOW, SERVER, STRANGER

NONCE, BODY = "n" * 24, b'{"mark": 7}'
SIGNED = answer_signature.sign(SERVER, NONCE, 200, BODY)


def refused(headers: dict[str, str], nonce: str = NONCE, status: int = 200) -> str:
    with pytest.raises(WireError) as raised:
        answer_signature.check(headers, SERVER.key, nonce, status, BODY)
    return raised.value.code


def test_an_answer_holds_for_its_request_alone() -> None:
    answer_signature.check(SIGNED, SERVER.key, NONCE, 200, BODY)
    assert refused(SIGNED, nonce="m" * 24) == "answer.wrong"
    assert refused(SIGNED, status=403) == "answer.wrong"
    assert refused(answer_signature.sign(SERVER, NONCE, 200, b"{}")) == "answer.wrong"
    assert refused(answer_signature.sign(STRANGER, NONCE, 200, BODY)) == "answer.wrong"
    assert refused({}) == "answer.missing"


def test_a_stranger_cannot_borrow_the_key_id() -> None:
    field = answer_signature.sign(STRANGER, NONCE, 200, BODY)[ANSWER]
    borrowed = field.replace(STRANGER.key.kid.hex(), SERVER.key.kid.hex())
    assert refused({ANSWER: borrowed}) == "answer.wrong"


@given(st.text(max_size=120) | st.from_regex(r"kid=[0-9a-f]{8};sig=[A-Za-z0-9_-]{86}"))
def test_no_other_field_holds(text: str) -> None:
    assert refused({ANSWER: text}) == "answer.wrong"


def test_the_nonce_is_the_requests_own() -> None:
    request = Request("GET", "127.0.0.1:8080", "/api/v1/sync/changes", "", b"")
    headers = request_signature.sign(request, KIOSK, "A03", NOW, NONCE)
    assert answer_signature.nonce_of(headers[SIGNATURE_INPUT]) == NONCE
    assert answer_signature.nonce_of('sig1=();nonce="short"') is None
