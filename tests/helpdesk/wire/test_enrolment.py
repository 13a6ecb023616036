from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from helpdesk.wire import challenge, enrolment, enrolment_code, sealed_box
from helpdesk.wire.enrolment import (
    Admission,
    EnrolmentAnswer,
    EnrolmentRequest,
    Grant,
    KioskKeys,
    OpenCode,
    RegionKey,
    ServerKeys,
)
from helpdesk.wire.errors import WireError
from helpdesk.wire.signing_key import Ed25519Signer
from tests.helpdesk.wire.world import KIOSK, NOW, ROOT, SERVER, STRANGER

CODE = bytes(range(10))
KEY = enrolment_code.proof_key(CODE)
SEALING = b"\x33" * 32
KIOSK_KEYS = KioskKeys(signing=KIOSK.key.public, sealing=sealed_box.public_of(SEALING))
SERVER_KEYS = ServerKeys(
    receipt=SERVER.key.public, sealing=sealed_box.public_of(b"\x44" * 32), root=ROOT.key.public
)
GRANT = Grant(
    kiosk="A03",
    centre="HD01",
    prefix="A03",
    trust=b"bundle",
    region_keys=(RegionKey(region="main", epoch=7, key=b"r" * 32),),
    invoice_key=b"i" * 32,
)


def asked(key: bytes = KEY, signer: Ed25519Signer = KIOSK, **changes: Any) -> EnrolmentRequest:
    members: dict[str, Any] = {
        "code_name": enrolment_code.name_of(CODE),
        "kiosk": KIOSK_KEYS,
        "server": SERVER_KEYS,
        "server_nonce": challenge.issue(b"s" * 32, "enrolment", NOW, b"12345678"),
        "kiosk_nonce": b"n" * 16,
        "journal": b"j" * 16,
        "proof": bytes(32),
        "possession": bytes(64),
    }
    return enrolment.proved(key, signer, EnrolmentRequest(**{**members, **changes}))


def issued(nonce: str) -> bool:
    return challenge.holds(b"s" * 32, "enrolment", nonce, NOW)


def refused(action: str, *given_: Any) -> str:
    with pytest.raises(WireError) as raised:
        getattr(enrolment, action)(*given_)
    return raised.value.code


def test_both_sides_learn_each_other() -> None:
    sent = EnrolmentRequest.model_validate_json(asked().model_dump_json())
    enrolment.check_request(KEY, sent, SERVER_KEYS, issued)
    reply = enrolment.answer(KEY, sent, GRANT, b"\x55" * 32)
    heard = EnrolmentAnswer.model_validate_json(reply.model_dump_json())

    assert sent == asked()
    assert enrolment.open_answer(KEY, sent, heard, SEALING) == GRANT


@given(st.binary(min_size=10, max_size=10).filter(lambda code: code != CODE))
def test_another_code_proves_nothing(code: bytes) -> None:
    other = enrolment_code.proof_key(code)

    assert refused("check_request", KEY, asked(other), SERVER_KEYS, issued) == "enrolment.proof"
    forged = enrolment.answer(other, asked(), GRANT, b"\x55" * 32)
    assert refused("open_answer", KEY, asked(), forged, SEALING) == "enrolment.proof"


@pytest.mark.parametrize(
    "change",
    [
        {"kiosk": KIOSK_KEYS.model_copy(update={"signing": STRANGER.key.public})},
        {"kiosk": KIOSK_KEYS.model_copy(update={"sealing": b"x" * 32})},
        {"server": SERVER_KEYS.model_copy(update={"receipt": STRANGER.key.public})},
        {"server": SERVER_KEYS.model_copy(update={"sealing": b"x" * 32})},
        {"server": SERVER_KEYS.model_copy(update={"root": STRANGER.key.public})},
        {"server_nonce": "x" * 43},
        {"kiosk_nonce": b"x" * 16},
        {"journal": b"x" * 16},
        {"code_name": b"x" * 16},
    ],
)
def test_whoever_swaps_anything_between_them_is_found_by_both(change: dict[str, Any]) -> None:
    swapped = asked().model_copy(update=change)
    assert refused("check_request", KEY, swapped, SERVER_KEYS, issued) == "enrolment.proof"

    reply = enrolment.answer(KEY, swapped, GRANT, b"\x55" * 32)
    assert refused("open_answer", KEY, asked(), reply, SEALING) == "enrolment.proof"


def test_a_key_that_the_kiosk_does_not_hold_is_refused() -> None:
    foreign = KIOSK_KEYS.model_copy(update={"signing": STRANGER.key.public})
    sent = asked(kiosk=foreign)
    assert refused("check_request", KEY, sent, SERVER_KEYS, issued) == "enrolment.possession"
    enrolment.check_request(KEY, asked(signer=STRANGER, kiosk=foreign), SERVER_KEYS, issued)
    replayed = asked(kiosk_nonce=b"m" * 16).model_copy(update={"possession": asked().possession})
    assert refused("check_request", KEY, replayed, SERVER_KEYS, issued) == "enrolment.possession"


@pytest.mark.parametrize("weak", [{"signing": bytes(32)}, {"sealing": bytes(32)}])
def test_keys_that_are_everybodys_are_refused(weak: dict[str, bytes]) -> None:
    sent = asked(kiosk=KIOSK_KEYS.model_copy(update=weak))
    assert refused("check_request", KEY, sent, SERVER_KEYS, issued) == "key.weak"


def test_a_kiosk_that_heard_other_server_keys_is_refused() -> None:
    other = SERVER_KEYS.model_copy(update={"receipt": STRANGER.key.public})

    assert (
        refused("check_request", KEY, asked(server=other), SERVER_KEYS, issued) == "enrolment.proof"
    )


def test_a_nonce_must_be_the_servers_own_and_fresh() -> None:
    late = asked(
        server_nonce=challenge.issue(b"s" * 32, "enrolment", NOW - timedelta(61), b"12345678")
    )

    assert refused("check_request", KEY, late, SERVER_KEYS, issued) == "enrolment.nonce"
    odd = asked(server_nonce="x" * 43)
    assert refused("check_request", KEY, odd, SERVER_KEYS, issued) == "enrolment.nonce"


def test_one_sides_proof_is_not_the_others() -> None:
    reply = enrolment.answer(KEY, asked(), GRANT, b"\x55" * 32)
    echoed = reply.model_copy(update={"proof": asked().proof})

    assert refused("open_answer", KEY, asked(), echoed, SEALING) == "enrolment.proof"


def test_another_grant_under_the_same_proof_is_refused() -> None:
    reply = enrolment.answer(KEY, asked(), GRANT, b"\x55" * 32)
    other = enrolment.answer(KEY, asked(), GRANT, b"\x56" * 32)
    mixed = reply.model_copy(update={"grant": other.grant})

    assert refused("open_answer", KEY, asked(), mixed, SEALING) == "enrolment.proof"
    assert refused("open_answer", KEY, asked(), reply, b"\x34" * 32) == "seal.open"


def test_a_code_is_for_one_kiosk_which_may_ask_again() -> None:
    fresh = OpenCode(NOW + enrolment_code.LIFETIME)
    used = OpenCode(NOW + enrolment_code.LIFETIME, KIOSK_KEYS)
    stranger = KIOSK_KEYS.model_copy(update={"signing": STRANGER.key.public})

    assert enrolment.admit(fresh, KIOSK_KEYS, NOW) is Admission.FIRST
    assert enrolment.admit(used, KIOSK_KEYS, NOW) is Admission.AGAIN
    assert enrolment.admit(used, KIOSK_KEYS, NOW + timedelta(hours=1)) is Admission.AGAIN
    assert refused("admit", used, stranger, NOW) == "enrolment.used"
    assert refused("admit", fresh, KIOSK_KEYS, NOW + timedelta(minutes=15)) == "enrolment.expired"


@given(st.binary(min_size=10, max_size=10))
def test_a_code_survives_how_people_type_it(random_: bytes) -> None:
    text = enrolment_code.make(random_)
    sloppy = f"  {text.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "

    assert len(text) == 19
    assert enrolment_code.parse(text) == random_
    assert enrolment_code.parse(sloppy) == random_
    assert enrolment_code.parse(text.replace("-", "")) == random_
    assert enrolment_code.parse(text.replace("1", "i")) == random_


@pytest.mark.parametrize(
    "text", ["", "7ZQX", "UUUU-UUUU-UUUU-UUUU", "0" * 17, "0" * 15, "发" * 16, "0" * 16 + " " * 60]
)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(WireError) as raised:
        enrolment_code.parse(text)
    assert raised.value.code == "enrolment.code"


def test_a_code_is_eighty_bits_and_gives_fixed_keys() -> None:
    assert enrolment_code.make(CODE) == "000G-40R4-0M30-E209"
    assert len({enrolment_code.name_of(CODE), KEY[:16], KEY[16:]}) == 3
    for wrong in (b"", CODE + b"x"):
        with pytest.raises(WireError) as raised:
            enrolment_code.make(wrong)
        assert raised.value.code == "enrolment.random"
        with pytest.raises(WireError) as raised:
            enrolment_code.proof_key(wrong)
        assert raised.value.code == "enrolment.code"


def test_a_grant_of_another_form_is_refused() -> None:
    context = b"yanpiao/enrolment-grant/1\0" + KIOSK_KEYS.signing
    box = sealed_box.seal(KIOSK_KEYS.sealing, b"{}", context=context, ephemeral=b"\x57" * 32)
    proof = enrolment._server_proof(KEY, asked(), box)
    odd = EnrolmentAnswer(grant=box, proof=proof)

    assert refused("open_answer", KEY, asked(), odd, SEALING) == "enrolment.grant"


def test_messages_are_closed_and_their_bytes_have_one_spelling() -> None:
    good = asked().model_dump(mode="json")
    chance = random.Random(80)
    bad = [
        {**good, "extra": 1},
        {**good, "proof": good["proof"] + "="},
        {**good, "proof": good["proof"][:-1]},
        {**good, "proof": good["proof"][:-1] + chance.choice("BCD")},
        {**good, "kiosk_nonce": "!" * 22},
        {**good, "kiosk_nonce": 7},
        {**good, "server_nonce": "a b"},
    ]
    for message in bad:
        with pytest.raises(ValidationError):
            EnrolmentRequest.model_validate(message)
