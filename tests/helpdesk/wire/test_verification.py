from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from helpdesk.wire.errors import WireError
from helpdesk.wire.verification import (
    VerificationAnswer,
    VerificationRequest,
    advice_json,
    answer_json,
    claim_of,
    from_outcome,
    request_of,
    to_outcome,
)
from invoices import claim as claims
from invoices import qr
from invoices.advice import AdviceCode, advice_for
from invoices.claim import Claim
from invoices.face import Details
from invoices.kinds import Field, Kind
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict

DETAILS = Details(
    kind=Kind.DIGITAL_SPECIAL,
    code="",
    number="24112000000048542163",
    issued_on=date(2024, 5, 28),
    net=419717,
    tax=25183,
    total=444900,
    check_code="",
    seller_tax_id="91110108MA01G0FB09",
    seller_name="示例甲有限公司",
)
MATCH = Outcome(
    verdict=Verdict.MATCH,
    state=State.NORMAL,
    source=Source.REGISTRY,
    as_of=datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC),
    compared=(Field.NUMBER, Field.ISSUED_ON, Field.AMOUNT),
    advice=advice_for(Verdict.MATCH, State.NORMAL),
    details=DETAILS,
)


def sentence(code: AdviceCode) -> str:
    return f'say "{code}" 说\n'


def outcomes() -> st.SearchStrategy[Outcome]:
    plain = st.sampled_from([v for v in Verdict if v is not Verdict.MATCH])
    refused = plain.map(
        lambda verdict: Outcome(verdict, None, None, None, (), advice_for(verdict, None), None)
    )
    states = st.sampled_from(State).map(
        lambda state: Outcome(
            Verdict.MATCH, state, Source.REGISTRY, MATCH.as_of, MATCH.compared, (), DETAILS
        )
    )
    return refused | states


@given(outcomes())
def test_an_outcome_survives_the_journey(outcome: Outcome) -> None:
    text = from_outcome(outcome, "W-261124-0001", sentence).model_dump_json()

    assert to_outcome(VerificationAnswer.model_validate_json(text)) == outcome


@given(outcomes())
def test_the_text_that_leaves_is_the_models_own(outcome: Outcome) -> None:
    advice = {code: advice_json(code, sentence(code)) for code in AdviceCode}
    opening = ("A" * 20, "HTTPS://YP.GOV.CN/R/W-261124-0001/" + "A" * 20)
    for more in ((), opening):
        text = answer_json(outcome, "W-261124-0001", advice, *more)
        model = from_outcome(outcome, "W-261124-0001", sentence, *more)
        assert text == model.model_dump_json().encode()


def test_the_answer_has_the_documented_members() -> None:
    answer = json.loads(from_outcome(MATCH, "W-261124-0001", sentence).model_dump_json())

    assert set(answer) == {
        *("verdict", "state", "invoice", "source", "as_of", "compared", "advice", "record"),
        *("record_token", "record_address"),
    }
    assert (answer["record_token"], answer["record_address"]) == (None, None)
    assert answer["invoice"]["net_amount"] == "4197.17"
    assert answer["invoice"]["kind"] == "31"
    assert answer["compared"] == ["number", "issued_on", "amount"]
    assert answer["advice"][0] == {
        "code": "compare_face",
        "text": sentence(AdviceCode.COMPARE_FACE),
    }


def test_advice_a_newer_server_invented_is_left_out() -> None:
    answer = from_outcome(MATCH, "W-261124-0001", sentence).model_dump(mode="json")
    answer["advice"].append({"code": "of_tomorrow", "text": "…"})

    assert to_outcome(VerificationAnswer.model_validate(answer)) == MATCH


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '{"payload": "a", "number": "b"}',
        '{"payload": "a", "code": "b"}',
        '{"code": "1"}',
        '{"number": 5}',
        '{"number": null}',
        '{"payload": "a", "secret": "b"}',
        '{"number": "' + "1" * 65 + '"}',
        '{"record": "A03-261124-0001"}',
    ],
)
def test_anything_but_one_of_the_two_forms_is_refused(body: str) -> None:
    with pytest.raises(ValidationError):
        VerificationRequest.model_validate_json(body)


@pytest.mark.parametrize("body", ['{"payload": ""}', '{"number": ""}'])
def test_an_empty_text_is_a_matter_for_the_rules_not_the_schema(body: str) -> None:
    assert VerificationRequest.model_validate_json(body).model_fields_set


def test_the_schema_offers_the_two_forms_as_closed_objects() -> None:
    scanned, typed = VerificationRequest.model_json_schema()["oneOf"]

    assert set(scanned["properties"]) == {"payload", "record"}
    assert "payload" not in typed["properties"]
    assert scanned["additionalProperties"] is typed["additionalProperties"] is False


@pytest.mark.parametrize(
    "text",
    [
        "01,31,,24112000000048542163,4449.00,20240528,,B2B6",
        "01,51,,26339132621000219582,56.00,20260423,,219a",
        "01,10,044032100111,63435756,1919.47,20210906,04539546210006473110",
        "01,20,052002100113,00008006,24519.05,20220505,18001801513030862041,88CD,",
        "01,01,4300171130,02550485,10545.43,20180115,6579,",
        "01,61,,2544878421204832581,620.00,20210728,,7890",
    ],
)
def test_a_scanned_claim_is_asked_about_by_its_fields(text: str) -> None:
    claim = claims.from_qr(qr.read(text))

    asked = claim_of(request_of(claim, "A03-261124-0127"))

    assert asked.kind is claim.kind or set(asked.kinds) == set(claim.kinds)
    assert (asked.code, asked.number, asked.issued_on) == (
        *(claim.code, claim.number, claim.issued_on),
    )
    assert (asked.amount, asked.check_code) == (claim.amount, claim.check_code)


def test_a_request_names_only_what_the_claim_has() -> None:
    claim = Claim(kinds=(Kind.DIGITAL_ORDINARY,), number="24112000000048542163", amount=444900)

    assert request_of(claim).model_dump_json(exclude_unset=True) == (
        '{"number":"24112000000048542163","amount":"4449.00"}'
    )


def test_a_scanned_request_has_no_fields() -> None:
    with pytest.raises(WireError) as raised:
        claim_of(VerificationRequest(payload="01,"))

    assert raised.value.code == "verification.scanned"
