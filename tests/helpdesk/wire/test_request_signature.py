from __future__ import annotations

import base64
import random
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.serialization import load_der_private_key
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.wire import challenge, request_signature
from helpdesk.wire.errors import WireError
from helpdesk.wire.request_signature import Request, VerifiedRequest
from helpdesk.wire.signing_key import Ed25519Signer, VerifyingKey
from tests.helpdesk.wire.world import KIOSK, NOW, STRANGER

if TYPE_CHECKING:
    from datetime import datetime

RFC_KEY = "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF"
REQUEST = Request(
    "POST", "helpdesk.example", "/api/v1/sync/push", "a=1&b=%20", b'{"hello": "world"}'
)
NONCE = "AAECAwQFBgcICQoLDA0ODw"
HEADERS = request_signature.sign(REQUEST, KIOSK, "A03", NOW, NONCE)
SECRET = b"s" * 32


def key_of(keyid: str) -> VerifyingKey | None:
    return KIOSK.key if keyid == "A03" else None


def verified(
    request: Request = REQUEST, headers: dict[str, str] | None = None, now: datetime = NOW
) -> VerifiedRequest:
    def answers(keyid: str, nonce: str) -> bool:
        return challenge.holds(SECRET, keyid, nonce, now)

    return request_signature.verify(request, headers or HEADERS, key_of, now, answers)


def refused(**given_: Any) -> str:
    with pytest.raises(WireError) as raised:
        verified(**given_)
    return raised.value.code


def test_the_base_and_signature_of_rfc_9421_b_2_6() -> None:
    params = (
        '("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"'
    )
    components = [
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("@method", "POST"),
        ("@path", "/foo"),
        ("@authority", "example.com"),
        ("content-type", "application/json"),
        ("content-length", "18"),
    ]
    private = load_der_private_key(base64.b64decode(RFC_KEY), None)
    seed = private.private_bytes_raw()  # type: ignore[union-attr]
    signature = base64.b64decode(
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    )

    base = request_signature.signature_base(components, params)

    assert Ed25519Signer(seed).key.holds(signature, base)
    assert Ed25519Signer(seed).sign(base) == signature


def test_the_digest_of_rfc_9530() -> None:
    assert request_signature.content_digest(b'{"hello": "world"}') == (
        "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
    )


def test_the_known_answer() -> None:
    base = (
        '"@method": POST\n'
        '"@authority": helpdesk.example\n'
        '"@path": /api/v1/sync/push\n'
        '"@query": ?a=1&b=%20\n'
        '"content-digest": sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:\n'
        '"@signature-params": ("@method" "@authority" "@path" "@query" "content-digest")'
        ';created=1795485600;nonce="AAECAwQFBgcICQoLDA0ODw";keyid="A03";alg="ed25519"'
        ';tag="yanpiao-kiosk"'
    )
    signature = base64.b64encode(KIOSK.sign(base.encode())).decode()

    assert HEADERS["Signature"] == f"sig1=:{signature}:"
    assert HEADERS == {
        "Content-Digest": "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
        "Signature-Input": (
            'sig1=("@method" "@authority" "@path" "@query" "content-digest");created=1795485600'
            ';nonce="AAECAwQFBgcICQoLDA0ODw";keyid="A03";alg="ed25519";tag="yanpiao-kiosk"'
        ),
        "Signature": (
            "sig1=:xchmoF1iz9PyTl1/U7EvzMwnNDvoAsNAyaLtQxzUJZxQHgq2Bk4V19oqVH62Pttsk0OygtAzQ8dK"
            "NTjbDIR0Cg==:"
        ),
    }


OP_ID = "019ab000-0000-7000-8000-000000000001"
KEYED = replace(REQUEST, idempotency_key=OP_ID)


def test_an_idempotency_key_is_signed_wherever_there_is_one() -> None:
    headers = request_signature.sign(KEYED, KIOSK, "A03", NOW, NONCE)

    assert '"content-digest" "idempotency-key");created=' in headers["Signature-Input"]
    assert verified(KEYED, headers).keyid == "A03"
    other = replace(KEYED, idempotency_key=OP_ID[:-1] + "2")
    assert refused(request=other, headers=headers) == "signature.wrong"
    assert refused(request=REQUEST, headers=headers) == "signature.form", "it was taken away"
    assert refused(request=KEYED) == "signature.form", "it was put in"
    assert refused(request=replace(KEYED, idempotency_key="")) == "signature.form"
    assert refused(request=replace(KEYED, idempotency_key="\xe9"), headers=headers) == (
        "signature.form"
    )


def test_who_signed_is_told() -> None:
    assert verified() == VerifiedRequest("A03", NONCE, NOW, challenged=False)


@given(
    st.sampled_from(["GET", "POST", "DELETE"]),
    st.from_regex(r"/[a-z0-9/%-]{0,30}", fullmatch=True),
    st.from_regex(r"[a-z0-9=&%.-]{0,30}", fullmatch=True),
    st.binary(max_size=200),
)
def test_any_request_signs_and_verifies(method: str, path: str, query: str, body: bytes) -> None:
    request = Request(method, "helpdesk.example:8443", path, query, body)
    headers = request_signature.sign(request, KIOSK, "A03", NOW, NONCE)

    assert verified(request, headers).keyid == "A03"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"method": "GET"}, "signature.wrong"),
        ({"authority": "evil.example"}, "signature.wrong"),
        ({"path": "/api/v1/sync/pull"}, "signature.wrong"),
        ({"query": "a=2"}, "signature.wrong"),
        ({"query": ""}, "signature.wrong"),
        ({"body": b"{}"}, "signature.digest"),
        ({"path": "/a\n/b"}, "signature.form"),
    ],
)
def test_another_request_is_refused(change: dict[str, Any], code: str) -> None:
    assert refused(request=replace(REQUEST, **change)) == code


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("Signature-Input", "sig1=", "sig2=", "signature.form"),
        ("Signature-Input", '"@query" ', "", "signature.form"),
        ("Signature-Input", ";created=1795485600", "", "signature.form"),
        ("Signature-Input", "created=1795485600", "created=01795485600", "signature.form"),
        ("Signature-Input", "created=1795485600", "created=999999999999", "signature.wrong"),
        ("Signature-Input", 'alg="ed25519"', 'alg="hmac-sha256"', "signature.form"),
        ("Signature-Input", 'tag="yanpiao-kiosk"', 'tag="other"', "signature.form"),
        ("Signature-Input", NONCE, "short", "signature.form"),
        ("Signature-Input", NONCE, "B" + NONCE[1:], "signature.wrong"),
        ("Signature-Input", 'keyid="A03"', 'keyid="A04"', "signature.key"),
        ("Signature-Input", ";tag=", "; tag=", "signature.form"),
        ("Signature", "sig1=:", "sig1=", "signature.form"),
        ("Content-Digest", "sha-256", "sha-512", "signature.digest"),
    ],
)
def test_another_form_is_refused(name: str, old: str, new: str, code: str) -> None:
    assert old in HEADERS[name]
    assert refused(headers={**HEADERS, name: HEADERS[name].replace(old, new)}) == code


@pytest.mark.parametrize("name", ["Content-Digest", "Signature-Input", "Signature"])
def test_each_field_must_be_there(name: str) -> None:
    headers = {key: value for key, value in HEADERS.items() if key != name}

    assert refused(headers=headers) == "signature.missing"


def test_the_last_bits_of_a_signature_have_one_spelling() -> None:
    text = HEADERS["Signature"]
    letter = text[-4]
    other = chr(ord(letter) + 1)

    assert refused(headers={**HEADERS, "Signature": f"{text[:-4]}{other}{text[-3:]}"}) == (
        "signature.form"
    )


def test_a_stranger_signs_in_vain() -> None:
    assert refused(headers=request_signature.sign(REQUEST, STRANGER, "A03", NOW, NONCE)) == (
        "signature.wrong"
    )


def test_a_wrong_clock_is_mended_by_answering_a_challenge() -> None:
    for off in (timedelta(days=3650), timedelta(seconds=121), -timedelta(seconds=121)):
        late = request_signature.sign(REQUEST, KIOSK, "A03", NOW + off, NONCE)
        assert refused(headers=late) == "signature.skew"

        asked = challenge.issue(SECRET, "A03", NOW, b"12345678")
        answered = request_signature.sign(REQUEST, KIOSK, "A03", NOW + off, asked)
        assert verified(headers=answered).challenged
        assert verified(headers=answered).nonce == asked
        assert challenge.issued_at(asked) == NOW

        soon = timedelta(seconds=300)
        assert refused(headers=answered, now=NOW + soon) == "signature.skew"


def test_two_minutes_are_no_skew() -> None:
    assert not verified(now=NOW + timedelta(seconds=120)).challenged
    assert not verified(now=NOW - timedelta(seconds=120)).challenged


def test_a_challenge_is_for_one_key_and_of_one_server() -> None:
    asked = challenge.issue(SECRET, "A03", NOW, b"12345678")

    assert challenge.holds(SECRET, "A03", asked, NOW)
    assert not challenge.holds(SECRET, "A04", asked, NOW)
    assert not challenge.holds(b"other" * 8, "A03", asked, NOW)
    assert not challenge.holds(SECRET, "A03", asked[:-1], NOW)
    assert not challenge.holds(SECRET, "A03", "!" * 43, NOW)
    assert not challenge.holds(SECRET, "A03", "_" * 42 + "8", NOW)
    with pytest.raises(WireError) as raised:
        challenge.issued_at("_" * 42 + "8")
    assert raised.value.code == "challenge.form"


@pytest.mark.parametrize(("keyid", "nonce"), [("A 03", NONCE), ('A"', NONCE), ("A03", "short")])
def test_what_cannot_be_written_is_not_signed(keyid: str, nonce: str) -> None:
    with pytest.raises(WireError) as raised:
        request_signature.sign(REQUEST, KIOSK, keyid, NOW, nonce)

    assert raised.value.code == "signature.form"


def test_no_changed_field_is_ever_accepted() -> None:
    chance = random.Random(9421)
    for _ in range(3000):
        name = chance.choice(list(HEADERS))
        text = HEADERS[name]
        at = chance.randrange(len(text))
        changed = text[:at] + chr(chance.randrange(32, 300)) + text[at + chance.randrange(2) :]
        if changed != text:
            assert refused(headers={**HEADERS, name: changed}).startswith("signature.")
