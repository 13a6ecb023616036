from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.wire import answer_signature, request_signature
from helpdesk.wire.answer_signature import ANSWER, CHALLENGE, TIME
from helpdesk.wire.errors import WireError
from helpdesk.wire.request_signature import Request
from tests.helpdesk.wire.world import KIOSK, NOW, SERVER, STRANGER

BODY = b'{"mark": 7}'


def asked(keyid: str = "A03:00000000", nonce: str = "n" * 24) -> dict[str, str]:
    request = Request("GET", "127.0.0.1:8080", "/api/v1/sync/changes", "", b"")
    return request_signature.sign(request, KIOSK, keyid, NOW, nonce)


ASKED = asked()
SIGNED = answer_signature.sign(SERVER, ASKED, 200, {}, BODY)


def refused(headers: dict[str, str], question: dict[str, str] = ASKED, status: int = 200) -> str:
    with pytest.raises(WireError) as raised:
        answer_signature.check(headers, SERVER.key, question, status, BODY)
    return raised.value.code


def test_an_answer_holds_for_its_request_alone() -> None:
    answer_signature.check(SIGNED, SERVER.key, ASKED, 200, BODY)
    assert refused(SIGNED, asked(nonce="m" * 24)) == "answer.wrong"
    assert refused(SIGNED, asked(keyid="A04:00000000")) == "answer.wrong"
    assert refused(SIGNED, status=403) == "answer.wrong"
    assert refused(answer_signature.sign(SERVER, ASKED, 200, {}, b"{}")) == "answer.wrong"
    assert refused(answer_signature.sign(STRANGER, ASKED, 200, {}, BODY)) == "answer.wrong"
    assert refused({}) == "answer.missing"


def test_the_fields_that_tell_the_time_are_signed_too() -> None:
    times = {TIME: "2026-11-24T02:00:00.000+00:00", CHALLENGE: "c" * 43}
    signed = {**times, **answer_signature.sign(SERVER, ASKED, 401, times, BODY)}

    answer_signature.check(signed, SERVER.key, ASKED, 401, BODY)
    for name, value in times.items():
        assert refused({**signed, name: "2030"}, status=401) == "answer.wrong"
        without = {key: value for key, value in signed.items() if key != name}
        assert refused(without, status=401) == "answer.wrong"
        assert refused({**SIGNED, name: value}) == "answer.wrong"


def test_a_stranger_cannot_borrow_the_key_id() -> None:
    field = answer_signature.sign(STRANGER, ASKED, 200, {}, BODY)[ANSWER]
    borrowed = field.replace(STRANGER.key.kid.hex(), SERVER.key.kid.hex())
    assert refused({ANSWER: borrowed}) == "answer.wrong"


@given(st.text(max_size=120) | st.from_regex(r"kid=[0-9a-f]{8};sig=[A-Za-z0-9_-]{86}"))
def test_no_other_field_holds(text: str) -> None:
    assert refused({ANSWER: text}) == "answer.wrong"
