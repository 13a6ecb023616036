from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import base45
import pytest
import qrcode
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.wire import cose, slip_code, strict_cbor
from helpdesk.wire.errors import WireError
from helpdesk.wire.signing_key import NO_KEY
from helpdesk.wire.slip_claims import (
    Basis,
    SignatureState,
    SlipClaims,
    SlipType,
    StateCode,
    VerdictCode,
    basis_of,
    invoice_hash,
)
from helpdesk.wire.trust_list import RevokedHolder, Use
from invoices.canonical import identity
from invoices.told import Told
from invoices.verdict import Source, State, Verdict
from tests.helpdesk.wire.world import (
    KIOSK,
    NOW,
    STRANGER,
    Desk,
    claims,
    listed,
    taken_back,
    trusted,
)

CODE = slip_code.issue(claims(), KIOSK)


LEVELS = {"M": qrcode.constants.ERROR_CORRECT_M, "Q": qrcode.constants.ERROR_CORRECT_Q}


def wrapped(message: bytes) -> str:
    return slip_code.PREFIX + str(base45.b45encode(message), "ascii")


def signed(members: dict[int, object]) -> str:
    return wrapped(cose.sign(KIOSK, strict_cbor.encode(members)))


def refused(text: str, desk: Desk | None = None) -> str:
    with pytest.raises(WireError) as raised:
        (desk or Desk()).verify(text)
    return raised.value.code


def test_a_signed_slip_holds_and_tells_by_which_list() -> None:
    slip = Desk().verify(CODE)

    assert slip.claims == claims()
    assert (slip.kid, slip.list_version) == (KIOSK.key.kid, 7)
    assert NOW - slip.list_issued_at == timedelta(days=9)


@given(
    st.sampled_from([kind for kind in SlipType if kind is not SlipType.CHECK]),
    st.binary(min_size=16, max_size=16),
    st.integers(0, 10**6),
    st.integers(1, 10**8),
)
def test_every_other_slip_comes_back_as_it_was_made(
    kind: SlipType, document: bytes, ago: int, validity: int
) -> None:
    issued = NOW - timedelta(seconds=ago)
    made = claims(
        type=kind,
        document_id=document,
        issued_at=issued,
        expires=NOW + timedelta(seconds=validity),
        verdict=None,
        state=None,
        invoice=None,
    )

    assert made.told is None
    assert Desk().verify(slip_code.issue(made, KIOSK)).claims == made


def test_the_code_fits_the_paper() -> None:
    longest = claims(record="W12345-261124-9999999", issuer="HAIDIAN-01/KIOSK-0123")
    # The paper is printed with level M; level Q is what a careful program may choose.
    for made, by_m, by_q in ((claims(), 9, 11), (longest, 10, 12)):
        text = slip_code.issue(made, KIOSK)
        for level, version in (("M", by_m), ("Q", by_q)):
            code = qrcode.QRCode(error_correction=LEVELS[level])
            code.add_data(text, optimize=0)
            code.make(fit=True)
            assert code.version == version


def test_numbers_stand_for_the_verdicts_and_states_of_the_product() -> None:
    assert [code.verdict for code in VerdictCode] == list(Verdict)
    assert [code.state for code in StateCode] == list(State)


ANSWERS = {
    "live": Told(Verdict.MATCH, State.NORMAL, Source.REGISTRY, NOW),
    "pack": Told(Verdict.MATCH, State.NORMAL, Source.PACK, NOW),
    "expired pack": Told(Verdict.MATCH, State.NORMAL, Source.PACK, NOW, outdated=True),
    "upstream": Told(Verdict.MISMATCH, None, Source.UPSTREAM, NOW),
    "newer than the pack": Told(Verdict.UNAVAILABLE, None, Source.PACK, NOW),
    "nobody": Told(Verdict.UNAVAILABLE),
    "rule": Told(Verdict.TOO_EARLY),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_code_says_on_what_its_answer_rests(name: str) -> None:
    told = ANSWERS[name]
    state = None if told.state is None else StateCode[told.state.name]
    bases: dict[str, Any] = {**dict.fromkeys(Basis), **basis_of(told)}
    made = claims(verdict=VerdictCode[told.verdict.name], state=state, **bases)

    read = Desk().verify(slip_code.issue(made, KIOSK)).claims.told

    assert read == told
    assert len({slip_code.issue(made, KIOSK), CODE}) == 2


def test_the_invoice_hash_answers_its_holder_only() -> None:
    one, two = identity("011002100311", "00012345"), identity("", "26117000000012345678")
    told = invoice_hash(b"k" * 32, bytes(16), one)

    assert told == invoice_hash(b"k" * 32, bytes(16), one)
    others = (
        invoice_hash(b"k" * 32, bytes(16), two),
        invoice_hash(b"k" * 32, b"1" * 16, one),
        invoice_hash(b"x" * 32, bytes(16), one),
    )
    assert told not in others


def test_the_form_is_checked_from_the_outside_in() -> None:
    assert refused("X" * 701) == "slip.length"
    assert refused("HC1:ABC") == "slip.prefix"
    assert refused(CODE.lower()) == "slip.prefix"
    assert refused("FP1:" + CODE[4:].lower()) == "slip.base45"
    assert refused("FP1:ABCD") == "slip.base45"
    assert refused("FP1:::::::") == "slip.base45"
    assert refused(CODE + "\n") == "slip.base45"
    assert refused("FP1:发票") == "slip.base45"
    assert refused("FP1:") == "slip.form"
    assert refused(CODE[:-3]) == "slip.form"
    assert refused(wrapped(strict_cbor.encode([b"", {}, b""]))) == "slip.form"


def test_the_message_has_one_shape() -> None:
    protected, payload = cose.header(-8, KIOSK.key.kid), claims().to_cbor()
    shapes: list[object] = [
        [protected, {4: KIOSK.key.public}, payload, bytes(64)],
        [strict_cbor.encode({1: -8}), {}, payload, bytes(64)],
        [strict_cbor.encode({1: -8, 4: bytes(8)}), {}, payload, bytes(64)],
        [strict_cbor.encode({1: -8, 2: [99], 4: KIOSK.key.kid}), {}, payload, bytes(64)],
        [strict_cbor.encode({1: None, 4: KIOSK.key.kid}), {}, payload, bytes(64)],
        [b"", {}, payload, bytes(64)],
        [protected, {}, None, bytes(64)],
        {1: protected},
        [protected, {}, payload, bytes(64), bytes(64)],
    ]
    assert {refused(wrapped(strict_cbor.encode(shape))) for shape in shapes} == {"slip.form"}


def test_the_code_brings_no_key_and_no_algorithm_of_its_own() -> None:
    payload = claims().to_cbor()
    for algorithm in (-7, 0, 5, -37):
        header = cose.header(algorithm, KIOSK.key.kid)
        assert refused(wrapped(cose.message(header, payload, bytes(64)))) == "slip.algorithm"
    assert refused(slip_code.issue(claims(), STRANGER)) == "slip.key_unknown"


def test_only_a_key_for_slips_that_is_not_revoked_counts() -> None:
    revoked = Desk(listed(trusted(revoked_at=NOW)))
    other = Desk(listed(trusted(uses=(Use.REQUEST,))))

    assert refused(CODE, revoked) == "slip.key_revoked"
    assert refused(CODE, other) == "slip.key_use"
    assert refused(CODE, Desk().at(NOW + timedelta(days=21))) == "slip.trust_expired"


def test_a_signature_is_over_every_byte() -> None:
    header = cose.header(-8, KIOSK.key.kid)
    stolen = cose.parse(base45.b45decode(CODE[4:]))
    changed = claims(verdict=VerdictCode.MISMATCH, state=None).to_cbor()

    assert refused(wrapped(cose.message(header, changed, stolen.signature))) == "slip.signature"
    assert refused(wrapped(cose.message(header, stolen.payload, b""))) == "slip.signature"
    other_purpose = cose.sign(KIOSK, stolen.payload, b"yanpiao/trust-list/1")
    assert refused(wrapped(other_purpose)) == "slip.signature"


@pytest.mark.parametrize(
    "change",
    [
        {1: None},
        {7: b"short"},
        {-1: 9},
        {-1: True},
        {-2: "lower"},
        {-3: 99},
        {-4: 0},
        {-4: None},
        {-6: 2},
        {-7: None},
        {-7: "1795485600"},
        {-7: -1},
        {-7: True},
        {-8: 1795485600},
        {-10: 1795485600},
        {-11: 1795485600},
        {6: "1795485600"},
        {9: 1},
        {"record": "A03-261124-0127"},
    ],
)
def test_even_a_signed_payload_must_be_claims(change: dict[int, object]) -> None:
    members = {**claims().numbered(), **change}

    assert refused(signed(members)) == "slip.claims"


@pytest.mark.parametrize(
    "change",
    [
        {"state": None},
        {"verdict": VerdictCode.NOT_FOUND},
        {"verdict": None, "state": None},
        {"type": SlipType.TICKET},
        {"type": SlipType.TICKET, "verdict": None, "state": None},
        {"type": SlipType.TICKET, "verdict": None, "state": None, "invoice": None, "pack": NOW},
        {"registry": None},
        {"verdict": VerdictCode.MISMATCH, "state": None, "registry": None},
        {"pack": NOW, "registry": NOW},
        {"pack": NOW, "outdated": NOW},
        {"outdated": NOW, "state": StateCode.VOIDED},
        {"outdated": NOW, "verdict": VerdictCode.NOT_FOUND, "state": None},
        {"expires": NOW - timedelta(hours=1)},
        {"record": "A03\n"},
        {"issuer": "HD01"},
    ],
)
def test_claims_that_contradict_each_other_cannot_be_made(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="SlipClaims"):
        claims(**change)


def test_a_slip_says_who_when_and_for_what() -> None:
    desk = Desk()
    with pytest.raises(WireError) as raised:
        desk.verify(CODE, frozenset({SlipType.TICKET}))
    assert raised.value.code == "slip.type"
    assert desk.verify(CODE, frozenset({SlipType.CHECK})).claims == claims()

    assert refused(slip_code.issue(claims(issuer="HD01/A04"), KIOSK)) == "slip.issuer"
    early = claims(issued_at=NOW - timedelta(days=101))
    assert refused(slip_code.issue(early, KIOSK)) == "slip.key_period"
    ahead = claims(issued_at=NOW + timedelta(minutes=6))
    assert refused(slip_code.issue(ahead, KIOSK)) == "slip.future"
    over = claims(expires=NOW)
    assert refused(slip_code.issue(over, KIOSK)) == "slip.expired"


def test_a_revoked_document_is_refused_and_an_absent_list_is_no_yes() -> None:
    part, parts = taken_back(claims().document_id)
    trust = listed(revocations=(part,))

    assert refused(CODE, Desk(trust, parts)) == "slip.revoked"
    assert refused(CODE, Desk(trust)) == "slip.revocation_unknown"
    other = slip_code.issue(claims(document_id=b"1" * 16), KIOSK)
    assert Desk(trust, parts).verify(other).claims.document_id == b"1" * 16


def test_a_slip_without_a_key_says_so_and_proves_nothing() -> None:
    made = claims(signature=SignatureState.DEVICE_KEY_MISSING, issuer="unenrolled/A03")
    text = slip_code.issue(made, None)

    assert slip_code.unsigned_claims(text) == made
    assert refused(text) == "slip.unsigned"
    for mixed in (slip_code.issue(claims(), KIOSK), wrapped(signed_by_nobody(bytes(64)))):
        with pytest.raises(WireError) as raised:
            slip_code.unsigned_claims(mixed)
        assert raised.value.code == "slip.unsigned"


def test_nobody_writes_in_the_name_of_a_kiosk_that_signs() -> None:
    text = slip_code.issue(claims(signature=SignatureState.DEVICE_KEY_MISSING), None)
    assert refused(text) == "slip.signature_missing"
    fenced = RevokedHolder(centre="HD01", holder="A03", revoked_at=NOW)
    gone = listed(trusted(STRANGER, holder="A04"), revoked_holders=(fenced,))
    assert refused(text, Desk(gone)) == "slip.signature_missing"
    assert refused(text, Desk(listed(trusted(STRANGER, holder="A04")))) == "slip.unsigned"


def test_a_code_of_a_revoked_holder_does_not_hold_though_its_key_is_not_listed() -> None:
    fenced = RevokedHolder(centre="HD01", holder="A03", revoked_at=NOW)
    gone = Desk(listed(trusted(STRANGER, holder="A04"), revoked_holders=(fenced,)))
    assert refused(CODE, gone) == "slip.key_revoked"
    assert refused(slip_code.issue(claims(issuer="HD01/A05"), KIOSK), gone) == "slip.key_unknown"
    assert refused(wrapped(cose.sign(KIOSK, b"\xa0")), gone) == "slip.key_unknown"


def signed_by_nobody(signature: bytes) -> bytes:
    return cose.message(cose.header(-8, NO_KEY), claims().to_cbor(), signature)


def test_claims_and_signer_must_agree() -> None:
    missing = claims(signature=SignatureState.DEVICE_KEY_MISSING)
    for made, signer in ((missing, KIOSK), (claims(), None)):
        with pytest.raises(WireError) as raised:
            slip_code.issue(made, signer)
        assert raised.value.code == "slip.unsigned"
    with pytest.raises(WireError) as raised:
        slip_code.unsigned_claims(wrapped(signed_by_nobody(b"")))
    assert raised.value.code == "slip.claims"


@given(
    st.text(max_size=40) | st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", max_size=720)
)
def test_no_text_at_all_is_more_than_a_coded_refusal(text: str) -> None:
    assert refused(text).startswith("slip.")
    assert refused("FP1:" + text).startswith("slip.")


def test_no_changed_code_is_ever_accepted() -> None:
    chance = random.Random(9285)
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    desk, codes = Desk(), set()
    message = base45.b45decode(CODE[4:])
    for round_ in range(4000):
        text = list(CODE)
        if round_ % 2:
            data = bytearray(message)
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            text = list(wrapped(bytes(data)))
        elif round_ % 4:
            text[chance.randrange(4, len(text))] = chance.choice(alphabet)
        else:
            at = chance.randrange(len(text))
            text[at : at + chance.randrange(3)] = chance.choice(alphabet)
        if "".join(text) != CODE:
            codes.add(refused("".join(text), desk))
    assert {"slip.form", "slip.signature", "slip.key_unknown", "slip.base45"} <= codes


def test_the_claims_numbers_are_fixed() -> None:
    assert sorted(SlipClaims.NUMBERS.values()) == [*range(-10, 0), 1, 4, 6, 7]
    assert [SlipClaims.NUMBERS[basis] for basis in Basis] == [-7, -8, -9, -10]


def test_a_code_says_what_it_says_whatever_the_time_is() -> None:
    for desk in (Desk(), Desk(trust=listed(expires=NOW - timedelta(days=1)))):
        assert slip_code.signed_claims(CODE, desk.trust) == claims()


@pytest.mark.parametrize(
    ("code", "trust", "fault"),
    [
        (slip_code.issue(claims(), STRANGER), listed(), "slip.key_unknown"),
        (CODE, listed(trusted(revoked_at=NOW)), "slip.key_revoked"),
        (CODE, listed(trusted(uses=(Use.REQUEST,))), "slip.key_use"),
        ("FP1:", listed(), "slip.form"),
    ],
)
def test_nobody_elses_words_are_told(code: str, trust: Any, fault: str) -> None:
    with pytest.raises(WireError) as raised:
        slip_code.signed_claims(code, trust)
    assert raised.value.code == fault
    missing = {"signature": SignatureState.DEVICE_KEY_MISSING, "issuer": "unenrolled/A03"}
    unsigned = slip_code.issue(claims(**missing), None)
    with pytest.raises(WireError) as raised:
        slip_code.signed_claims(unsigned, trust)
    assert raised.value.code == "slip.unsigned"
