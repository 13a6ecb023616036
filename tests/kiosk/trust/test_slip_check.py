"""A slip checked without a server: what holds, what does not, what cannot be told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import base45
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.wire import cose, slip_code
from helpdesk.wire.numbered import MOMENT_LIMIT
from helpdesk.wire.signing_key import Ed25519Signer
from helpdesk.wire.slip_claims import (
    Basis,
    SignatureState,
    SlipClaims,
    SlipType,
    StateCode,
    VerdictCode,
)
from helpdesk.wire.trust_list import Use
from kiosk.trust.slip_check import Worth
from kiosk.trust.store import TrustHeld
from tests.helpdesk.wire.world import (
    KIOSK,
    NOW,
    STRANGER,
    claims,
    listed,
    taken_back,
    trusted,
)
from tests.kiosk.trust.slips import check, held

CODE = slip_code.issue(claims(), KIOSK)
MISSING = SignatureState.DEVICE_KEY_MISSING
IN_ANOTHERS_NAME = slip_code.issue(claims(signature=MISSING, invoice=None), None)
UNSIGNED = slip_code.issue(claims(signature=MISSING, invoice=None, issuer="unenrolled/A03"), None)
PART, DATA = taken_back(claims().document_id)
DAY = timedelta(days=1)


def test_a_genuine_slip_holds_and_says_what_it_says() -> None:
    found = check(CODE, NOW, held())
    assert (found.worth, found.fault, found.claims) == (Worth.GOOD, None, claims())
    assert (found.list_version, found.list_issued_at) == (7, NOW - 9 * DAY)


CASES: dict[str, tuple[str, datetime, TrustHeld | None, Worth, bool]] = {
    # fault: code, now, list, worth, whether what the slip says is told
    "slip.length": ("FP1:" + "0" * 700, NOW, held(), Worth.REFUSED, False),
    "slip.prefix": ("A03-261124-0127", NOW, held(), Worth.REFUSED, False),
    "slip.base45": ("FP1:!", NOW, held(), Worth.REFUSED, False),
    "slip.form": ("FP1:00", NOW, held(), Worth.REFUSED, False),
    "slip.unsigned": (UNSIGNED, NOW, held(), Worth.REFUSED, True),
    "slip.signature_missing": (IN_ANOTHERS_NAME, NOW, held(), Worth.REFUSED, False),
    "slip.no_list": (CODE, NOW, None, Worth.UNKNOWN, False),
    "slip.clock": (CODE, datetime(2000, 1, 1, tzinfo=NOW.tzinfo), held(), Worth.UNKNOWN, False),
    "slip.trust_expired": (CODE, NOW + 22 * DAY, held(), Worth.UNKNOWN, True),
    "slip.key_unknown": (slip_code.issue(claims(), STRANGER), NOW, held(), Worth.UNKNOWN, False),
    "slip.key_revoked": (CODE, NOW, held(listed(trusted(revoked_at=NOW))), Worth.REFUSED, False),
    "slip.key_use": (CODE, NOW, held(listed(trusted(uses=(Use.REQUEST,)))), Worth.REFUSED, False),
    "slip.issuer": (CODE, NOW, held(listed(trusted(holder="A04"))), Worth.REFUSED, False),
    "slip.key_period": (
        CODE,
        NOW,
        held(listed(trusted(not_after=NOW - DAY))),
        Worth.REFUSED,
        False,
    ),
    "slip.future": (CODE, NOW - DAY, held(), Worth.REFUSED, False),
    "slip.expired": (
        CODE,
        NOW + 181 * DAY,
        held(listed(expires=NOW + 200 * DAY)),
        Worth.REFUSED,
        True,
    ),
    "slip.revoked": (CODE, NOW, held(listed(revocations=(PART,)), DATA), Worth.REFUSED, True),
    "slip.revocation_unknown": (CODE, NOW, held(listed(revocations=(PART,))), Worth.UNKNOWN, True),
}


@pytest.mark.parametrize("fault", CASES)
def test_each_doubt_has_its_name(fault: str) -> None:
    text, now, by, worth, told = CASES[fault]
    found = check(text, now, by)
    assert (found.fault, found.worth, found.claims is not None) == (fault, worth, told)


@pytest.mark.parametrize("by", [None, held(), held(listed(expires=NOW - DAY))])
def test_an_unsigned_slip_is_called_so_with_any_list_and_without_one(by: TrustHeld | None) -> None:
    found = check(UNSIGNED, NOW, by)
    assert (found.fault, found.worth) == ("slip.unsigned", Worth.REFUSED)
    assert found.claims is not None
    assert found.claims.record == claims().record


@pytest.mark.parametrize("text", ["", "FP1:", "hello", "FP1:00", "FP1: !"])
def test_what_is_no_code_is_refused_even_without_a_list(text: str) -> None:
    assert check(text, NOW, None).worth is Worth.REFUSED


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        (trusted(revoked_at=NOW), "slip.key_revoked"),
        (trusted(uses=(Use.REQUEST,)), "slip.key_use"),
        (trusted(holder="A04"), "slip.issuer"),
    ],
)
def test_an_old_list_refuses_what_it_knew_to_be_wrong(key: Any, fault: str) -> None:
    old = held(listed(key, expires=NOW - DAY))
    found = check(CODE, NOW, old)
    assert (found.fault, found.worth) == (fault, Worth.REFUSED)


def test_an_old_list_refuses_a_forgery_and_confirms_nothing() -> None:
    old = held(listed(expires=NOW - DAY, issued_at=NOW - 20 * DAY))
    assert check(forged(record="A03-261124-0128"), NOW, old).fault == "slip.signature"
    assert check(CODE, NOW, old).worth is Worth.UNKNOWN
    revoked = held(listed(expires=NOW - DAY, revocations=(PART,)), DATA)
    assert check(CODE, NOW, revoked).fault == "slip.revoked"


TAMPERINGS: dict[str, Any] = {
    "issuer": "HD01/A04",
    "expires": NOW + 300 * DAY,
    "issued_at": NOW - timedelta(hours=2),
    "document_id": bytes(range(1, 17)),
    "record": "A03-261124-0128",
    "verdict": VerdictCode.MISMATCH,
    "state": StateCode.VOIDED,
    "invoice": bytes(16),
    "type": SlipType.NUMBER,
    "registry": NOW,
    "pack": NOW,
    "outdated": NOW,
    "upstream": NOW,
}


def forged(**changes: Any) -> str:
    """The genuine signature around other claims."""
    genuine = cose.parse(base45.b45decode(CODE.removeprefix("FP1:")))
    other = claims(**changes).to_cbor()
    message = cose.message(genuine.protected, other, genuine.signature)
    return spelled(message)


def spelled(message: bytes) -> str:
    return "FP1:" + str(base45.b45encode(message), "ascii")


def test_every_claim_is_tried() -> None:
    assert set(TAMPERINGS) | {"signature"} == set(SlipClaims.model_fields)


@pytest.mark.parametrize("name", TAMPERINGS)
def test_no_claim_can_be_changed(name: str) -> None:
    changes = {name: TAMPERINGS[name]}
    if name == "verdict":
        changes["state"] = None
    if name == "type":
        changes |= {"verdict": None, "state": None, "invoice": None}
    genuine = cose.parse(base45.b45decode(CODE.removeprefix("FP1:"))).payload
    assert claims(**changes).to_cbor() != genuine
    found = check(forged(**changes), NOW, held())
    assert (found.fault, found.worth, found.claims) == ("slip.signature", Worth.REFUSED, None)


@pytest.mark.parametrize("basis", [Basis.PACK, Basis.OUTDATED, Basis.UPSTREAM])
def test_no_slip_can_be_passed_off_as_one_of_the_registry(basis: Basis) -> None:
    members = {basis.value: NOW}
    message = base45.b45decode(slip_code.issue(claims(**members), KIOSK).removeprefix("FP1:"))
    moment = b"\x1a" + int(NOW.timestamp()).to_bytes(4, "big")
    number = SlipClaims.NUMBERS[basis]
    by_basis, by_registry = (bytes([0x20 - 1 - at]) + moment for at in (number, -7))
    assert message.count(by_basis) == 1
    found = check(spelled(message.replace(by_basis, by_registry)), NOW, held())
    assert (found.fault, found.worth, found.claims) == ("slip.signature", Worth.REFUSED, None)


def test_a_signed_slip_cannot_be_passed_off_as_an_unsigned_one_nor_the_reverse() -> None:
    found = check(forged(signature=MISSING, invoice=None), NOW, held())
    assert (found.fault, found.worth) == ("slip.signature", Worth.REFUSED)
    liar = cose.sign(KIOSK, claims(signature=MISSING).to_cbor())
    found = check(spelled(liar), NOW, held())
    assert (found.fault, found.worth) == ("slip.claims", Worth.REFUSED)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_mutated_code_is_believed(data: st.DataObject) -> None:
    body = bytearray(base45.b45decode(CODE.removeprefix("FP1:")))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at] ^= data.draw(st.integers(1, 255))
    text = spelled(bytes(body))
    if text == CODE:
        return
    found = check(text, NOW, held())
    assert found.worth is not Worth.GOOD
    assert found.fault


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300).map(lambda text: "FP1:" + text) | st.text(max_size=60))
def test_any_text_gets_an_answer(text: str) -> None:
    for by in (held(), None, held(listed(expires=NOW - DAY))):
        assert check(text, NOW, by).worth is Worth.REFUSED


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(list(VerdictCode)),
    st.sampled_from(list(StateCode)),
    st.sampled_from(list(Basis)),
    st.integers(0, MOMENT_LIMIT - 1),
    st.binary(min_size=16, max_size=16),
    st.from_regex(r"\A[A-Z][A-Z0-9]{0,5}-[0-9]{6}-[0-9]{4}\Z"),
    st.binary(min_size=32, max_size=32),
)
def test_whatever_a_kiosk_signs_holds_and_another_kiosks_word_does_not(
    verdict: VerdictCode,
    state: StateCode,
    basis: Basis,
    as_of: int,
    document: bytes,
    record: str,
    seed: bytes,
) -> None:
    matched = verdict is VerdictCode.MATCH
    if (verdict, state) != (VerdictCode.MATCH, StateCode.NORMAL) and basis is Basis.OUTDATED:
        basis = Basis.PACK
    said = claims(
        verdict=verdict,
        state=state if matched else None,
        document_id=document,
        record=record,
        **{**dict.fromkeys(Basis), basis: as_of},
    )
    signer = Ed25519Signer(seed)
    by = held(listed(trusted(signer), trusted(STRANGER, holder="A04")))
    assert check(slip_code.issue(said, signer), NOW, by).claims == said
    assert check(slip_code.issue(said, STRANGER), NOW, by).fault == "slip.issuer"
