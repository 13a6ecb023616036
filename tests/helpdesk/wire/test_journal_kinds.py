from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta, timezone
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.wire import check_entry, strict_cbor
from helpdesk.wire.check_entry import CheckPayload
from helpdesk.wire.errors import WireError
from helpdesk.wire.journal_kinds import KINDS, Kinds
from helpdesk.wire.journal_payload import JournalPayload
from invoices.advice import AdviceCode
from invoices.check import Check
from invoices.claim import Claim
from invoices.kinds import Field, Kind
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict
from tests.helpdesk.wire.world import NOW

TOKEN = "ABCDEFGHIJKLMNOPQ234"
OP_ID = "01936000-0000-7000-8000-000000000001"
TEXTS = st.text("0123456789ABCDEF", max_size=20)
CLAIMS = st.builds(
    Claim,
    kinds=st.lists(st.sampled_from(Kind), min_size=1, max_size=4).map(tuple),
    code=TEXTS,
    number=TEXTS,
    issued_on=st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    amount=st.none() | st.integers(-(10**15), 10**15),
    check_code=st.none() | TEXTS,
    seller_tax_id=st.none() | TEXTS,
)
OUTCOMES = st.builds(
    Outcome,
    verdict=st.sampled_from(Verdict),
    state=st.none() | st.sampled_from(State),
    source=st.none() | st.sampled_from(Source),
    as_of=st.none() | st.integers(0, 2**32).map(lambda second: datetime.fromtimestamp(second, UTC)),
    compared=st.lists(st.sampled_from(Field), max_size=6).map(tuple),
    advice=st.lists(st.sampled_from(AdviceCode), max_size=3).map(tuple),
    details=st.none(),
)


def check(claim: Claim | None, outcome: Outcome) -> Check:
    return Check(OP_ID, "A03-261124-0127", TOKEN, claim, outcome, NOW)


@given(st.none() | CLAIMS, OUTCOMES)
def test_a_check_comes_back_from_the_journal(claim: Claim | None, outcome: Outcome) -> None:
    made = check(claim, outcome)

    plaintext = KINDS.write(check_entry.payload_of(made))
    payload = KINDS.read("check", plaintext)

    assert isinstance(payload, CheckPayload)
    assert check_entry.check_of(payload, OP_ID, NOW) == made


@given(CLAIMS, OUTCOMES, st.randoms(use_true_random=False))
def test_any_other_bytes_are_refused_or_another_check(
    claim: Claim, outcome: Outcome, chance: random.Random
) -> None:
    plaintext = KINDS.write(check_entry.payload_of(check(claim, outcome)))
    for _ in range(20):
        data = bytearray(plaintext)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        assert spelling(bytes(data)) in {bytes(data), b"journal.payload"}


def spelling(plaintext: bytes) -> bytes:
    try:
        return KINDS.write(KINDS.read("check", plaintext))
    except WireError as error:
        return error.code.encode()


def test_a_zone_is_no_second_spelling() -> None:
    beijing = NOW.astimezone(timezone(timedelta(hours=8)))
    outcomes = [
        Outcome(Verdict.UNAVAILABLE, None, None, moment, (), (), None) for moment in (NOW, beijing)
    ]
    written = {KINDS.write(check_entry.payload_of(check(None, outcome))) for outcome in outcomes}

    assert len(written) == 1


def test_a_default_is_not_written_and_not_read() -> None:
    bare = {"record": "A03-261124-0127", "token": TOKEN, "verdict": "unavailable"}
    plaintext = strict_cbor.encode(bare)

    assert KINDS.write(KINDS.read("check", plaintext)) == plaintext
    wrong: list[dict[str, object]] = [
        {"state": None},
        {"compared": []},
        {"newer": 1},
        {"verdict": "maybe"},
    ]
    for more in wrong:
        with pytest.raises(WireError) as raised:
            KINDS.read("check", strict_cbor.encode({**bare, **more}))
        assert raised.value.code == "journal.payload"
        assert raised.value.params == {"kind": "check"}


def test_a_kind_of_a_newer_peer_is_told_apart() -> None:
    with pytest.raises(WireError) as raised:
        KINDS.read("visit", b"\xa0")

    assert raised.value.code == "journal.kind"
    assert raised.value.params == {"kind": "visit"}


class Greeting(JournalPayload):
    KIND: ClassVar[str] = "greeting"

    words: str


def test_another_kind_is_one_more_model() -> None:
    kinds = Kinds(CheckPayload, Greeting)
    plaintext = kinds.write(Greeting(words="您好"))

    assert kinds.read("greeting", plaintext) == Greeting(words="您好")
    with pytest.raises(WireError) as raised:
        KINDS.write(Greeting(words="您好"))
    assert raised.value.code == "journal.kind"
