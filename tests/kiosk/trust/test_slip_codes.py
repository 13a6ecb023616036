from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.wire import slip_code
from helpdesk.wire.slip_claims import SignatureState, SlipType, invoice_hash
from invoices import canonical
from invoices.check import Check
from invoices.outcome import Outcome
from invoices.verdict import State, Verdict
from tests.helpdesk.wire.world import KIOSK, listed
from tests.kiosk.stand_ins import HandClock, bare, claim, matched
from tests.kiosk.trust.slips import INVOICE_KEY, LIFETIME, codes, issuer, unsigned

RECORD, TOKEN = "A03-261124-0127", "ABCDEFGHIJKLMNOPQRST"
CHECK = Check("op", RECORD, TOKEN, claim(), matched(), HandClock().now())
OUTCOMES = [
    *(matched(state) for state in State),
    *(bare(verdict) for verdict in Verdict if verdict is not Verdict.MATCH),
]


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda o: f"{o.verdict}-{o.state}")
def test_every_answer_is_signed_as_it_is(outcome: Outcome) -> None:
    clock = HandClock()
    code = codes(clock).of(replace(CHECK, outcome=outcome))
    said = slip_code.signed_claims(code.text, listed())
    assert said.verdict is not None
    assert said.verdict.verdict is outcome.verdict
    assert (said.state and said.state.state) is outcome.state
    assert (said.type, said.record, said.issuer) == (SlipType.CHECK, CHECK.record, "HD01/A03")
    assert said.issued_at == clock.now().replace(microsecond=0)
    assert said.expires - said.issued_at == LIFETIME
    assert code.kid == KIOSK.key.kid
    assert code.expires == said.expires


def test_whoever_has_the_centres_key_can_ask_about_an_invoice() -> None:
    said = slip_code.signed_claims(codes(HandClock()).of(CHECK).text, listed())
    identity = canonical.identity(claim().code, claim().number)
    assert said.invoice == invoice_hash(INVOICE_KEY, said.document_id, identity)
    assert claim().number not in codes(HandClock()).of(CHECK).text


@pytest.mark.parametrize("asked", [None, replace(claim(), number="")])
def test_without_an_invoice_the_code_names_none(asked: object) -> None:
    check = replace(CHECK, claim=asked)  # type: ignore[arg-type] # claims and None
    assert slip_code.signed_claims(codes(HandClock()).of(check).text, listed()).invoice is None


def test_a_kiosk_without_key_says_so_in_the_code() -> None:
    code = unsigned(HandClock()).of(CHECK)
    said = slip_code.unsigned_claims(code.text)
    assert code.kid is None
    assert said.signature is SignatureState.DEVICE_KEY_MISSING
    assert (said.issuer, said.record, said.invoice) == ("unenrolled/A03", CHECK.record, None)


def test_the_same_slip_has_the_same_id_and_another_answer_another() -> None:
    clock = HandClock()
    first = slip_code.signed_claims(codes(clock).of(CHECK).text, listed())
    clock.move(60)
    again = slip_code.signed_claims(codes(clock).of(CHECK).text, listed())
    assert again.document_id == first.document_id
    assert again.issued_at == first.issued_at + timedelta(seconds=60)
    others = [
        replace(CHECK, outcome=bare(Verdict.UNAVAILABLE)),
        replace(CHECK, outcome=matched(State.VOIDED)),
        replace(CHECK, token="ABCDEFGHIJKLMNOPQRSU"),
        replace(CHECK, record="A03-261124-0128"),
    ]
    texts = [codes(clock).of(one).text for one in others]
    ids = {slip_code.signed_claims(text, listed()).document_id for text in texts}
    assert len(ids | {first.document_id}) == 5


def test_a_key_that_comes_or_goes_counts_from_the_next_slip_on() -> None:
    who = [None, issuer(), None]
    source = iter(who)
    made = codes(HandClock(), lambda: next(source))
    assert [made.of(CHECK).kid for _ in who] == [None, KIOSK.key.kid, None]
