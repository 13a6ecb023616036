"""The check of one invoice: `POST /api/v1/verifications`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from json import encoder
from typing import TYPE_CHECKING, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from helpdesk.wire.errors import WireError
from invoices import claim as claims
from invoices.advice import AdviceCode
from invoices.codes import kind_of
from invoices.face import Details
from invoices.kinds import Field as InvoiceField
from invoices.kinds import Kind
from invoices.money import format_fen, parse_fen
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from invoices.claim import Claim

PATH = "/api/v1/verifications"
PAYLOAD_LENGTH = 2048
FIELD_LENGTH = 64
KIND_LENGTH = 16
RECORD_LENGTH = 32

_text = encoder.encode_basestring
"""A text as JSON, quotes and all."""
_FIELDS = ("code", "number", "issued_on", "amount", "check_code", "seller_tax_id", "kind")


def _either(schema: dict[str, Any]) -> None:
    # Two closed objects say what the validator does: one form or the other, never a mixture.
    schema.pop("type", None)
    schema.pop("additionalProperties", None)
    properties = schema.pop("properties")
    schema["oneOf"] = [
        {
            "type": "object",
            "additionalProperties": False,
            "required": [asked],
            "properties": {name: properties[name] for name in (*names, "record")},
        }
        for asked, names in (("payload", ("payload",)), ("number", _FIELDS))
    ]


class VerificationRequest(BaseModel):
    """An invoice as scanned (`payload`: the QR's text) or as typed (`number` and its fields).

    Fields are strings as a person types them: `issued_on` as 2026-11-24 or 20261124, `amount` in
    yuan on the basis the kind asks for; `kind` is what a scanned code called itself, heard where
    code and number leave the kind open. `record` is a kiosk's own record number; from other
    callers it is ignored.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_either)

    payload: str = Field(default="", max_length=PAYLOAD_LENGTH)
    code: str = Field(default="", max_length=FIELD_LENGTH)
    number: str = Field(default="", max_length=FIELD_LENGTH)
    issued_on: str = Field(default="", max_length=FIELD_LENGTH)
    amount: str = Field(default="", max_length=FIELD_LENGTH)
    check_code: str = Field(default="", max_length=FIELD_LENGTH)
    seller_tax_id: str = Field(default="", max_length=FIELD_LENGTH)
    kind: str = Field(default="", max_length=KIND_LENGTH)
    record: str = Field(default="", max_length=RECORD_LENGTH)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        given = self.model_fields_set
        scanned = "payload" in given
        if scanned == ("number" in given) or (scanned and not given.isdisjoint(_FIELDS)):
            # The text reaches no person: pydantic wants one, the answer carries the error type.
            raise ValueError("either payload or number")
        return self

    @property
    def scanned(self) -> bool:
        """Whether this is the text of a code rather than typed fields."""
        return "payload" in self.model_fields_set


class InvoiceShown(BaseModel):
    """What a match may show of an invoice: nothing of its buyer. Amounts in yuan."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    code: str
    number: str
    issued_on: date
    net_amount: str
    tax_amount: str
    total_amount: str
    check_code: str
    seller_tax_id: str
    seller_name: str


class Advice(BaseModel):
    """One next step: a code that is stable, and its sentence in the caller's language."""

    model_config = ConfigDict(frozen=True)

    code: str
    text: str


class VerificationAnswer(BaseModel):
    """The verdict, what it rests on and what to do next.

    `state` and `invoice` come with a match only; `compared` names the fields that were compared.
    `record_token` opens the record whose number is `record`, at `record_address` where the server
    has a public site; a kiosk gives its records tokens of its own, and gets null.
    """

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    state: State | None
    invoice: InvoiceShown | None
    source: Source | None
    as_of: AwareDatetime | None
    compared: list[InvoiceField]
    advice: list[Advice]
    record: str
    record_token: str | None = None
    record_address: str | None = None


def request_of(claim: Claim, record: str = "") -> VerificationRequest:
    """The request that asks about `claim` by its fields, with only those it has."""
    told = claim.kind is not Kind.UNKNOWN and kind_of(claim.code, claim.number) is not claim.kind
    texts = {
        "code": claim.code,
        "issued_on": claim.issued_on.isoformat() if claim.issued_on else "",
        "amount": "" if claim.amount is None else format_fen(claim.amount),
        "check_code": claim.check_code or "",
        "seller_tax_id": claim.seller_tax_id or "",
        "kind": claim.kind.value if told else "",
        "record": record,
    }
    given = {name: text for name, text in texts.items() if text}
    return VerificationRequest(number=claim.number, **given)


def asked_of(request: VerificationRequest) -> tuple[str, ...]:
    """What a request asks about, without its `record`: a retry asks the very same."""
    if request.scanned:
        return (request.payload,)
    return tuple(getattr(request, name) for name in _FIELDS)


def claim_of(request: VerificationRequest) -> Claim:
    """The typed fields of a request as a claim.

    Raises:
        ClaimError: a field that no invoice can have.
        WireError: `verification.scanned` where the request holds a code's text instead.
    """
    if request.scanned:
        raise WireError("verification.scanned")
    return claims.from_fields(
        code=request.code,
        number=request.number,
        issued_on=request.issued_on,
        amount=request.amount,
        check_code=request.check_code,
        seller_tax_id=request.seller_tax_id,
        qr_kind=request.kind or None,
    )


def _shown(details: Details) -> InvoiceShown:
    return InvoiceShown(
        kind=details.kind,
        code=details.code,
        number=details.number,
        issued_on=details.issued_on,
        net_amount=format_fen(details.net),
        tax_amount=format_fen(details.tax),
        total_amount=format_fen(details.total),
        check_code=details.check_code,
        seller_tax_id=details.seller_tax_id,
        seller_name=details.seller_name,
    )


def _details(shown: InvoiceShown) -> Details:
    return Details(
        kind=shown.kind,
        code=shown.code,
        number=shown.number,
        issued_on=shown.issued_on,
        net=parse_fen(shown.net_amount),
        tax=parse_fen(shown.tax_amount),
        total=parse_fen(shown.total_amount),
        check_code=shown.check_code,
        seller_tax_id=shown.seller_tax_id,
        seller_name=shown.seller_name,
    )


def from_outcome(
    outcome: Outcome,
    record: str,
    sentence: Callable[[AdviceCode], str],
    token: str = "",
    address: str = "",
) -> VerificationAnswer:
    """The answer that carries `outcome`; `sentence` words each advice for the caller."""
    return VerificationAnswer(
        verdict=outcome.verdict,
        state=outcome.state,
        invoice=None if outcome.details is None else _shown(outcome.details),
        source=outcome.source,
        as_of=outcome.as_of,
        compared=list(outcome.compared),
        advice=[Advice(code=code.value, text=sentence(code)) for code in outcome.advice],
        record=record,
        record_token=token or None,
        record_address=address or None,
    )


def advice_json(code: AdviceCode, sentence: str) -> str:
    """One advice as `answer_json` puts it in, made once for each language."""
    return f'{{"code":"{code}","text":{_text(sentence)}}}'


def answer_json(
    outcome: Outcome,
    record: str,
    advice: Mapping[AdviceCode, str],
    token: str = "",
    address: str = "",
) -> bytes:
    """The same answer as `from_outcome`, as the JSON text that leaves the server.

    Written without models or dictionaries, which cost as much as the look-up itself.
    `advice` holds each code as `advice_json` wrote it.
    """
    details = outcome.details
    compared = ",".join([f'"{field}"' for field in outcome.compared])
    return (
        f'{{"verdict":"{outcome.verdict}","state":{_or_null(outcome.state)},'
        f'"invoice":{"null" if details is None else _members(details)},'
        f'"source":{_or_null(outcome.source)},"as_of":{_moment(outcome.as_of)},'
        f'"compared":[{compared}],'
        f'"advice":[{",".join([advice[code] for code in outcome.advice])}],'
        f'"record":{_text(record)},"record_token":{_or_null(token or None)},'
        f'"record_address":{_or_null(address or None)}}}'
    ).encode()


def _or_null(text: str | None) -> str:
    return "null" if text is None else f'"{text}"'


def _moment(moment: datetime | None) -> str:
    return "null" if moment is None else f'"{moment.isoformat().replace("+00:00", "Z")}"'


def _members(details: Details) -> str:
    return (
        f'{{"kind":"{details.kind}","code":{_text(details.code)},'
        f'"number":{_text(details.number)},"issued_on":"{details.issued_on.isoformat()}",'
        f'"net_amount":"{format_fen(details.net)}","tax_amount":"{format_fen(details.tax)}",'
        f'"total_amount":"{format_fen(details.total)}",'
        f'"check_code":{_text(details.check_code)},'
        f'"seller_tax_id":{_text(details.seller_tax_id)},'
        f'"seller_name":{_text(details.seller_name)}}}'
    )


_ADVICE = {code.value: code for code in AdviceCode}


def to_outcome(answer: VerificationAnswer) -> Outcome:
    """The outcome an answer carries; advice that a newer server invented is left out.

    Raises:
        MoneyError: an amount that is none.
    """
    moment: datetime | None = answer.as_of
    return Outcome(
        verdict=answer.verdict,
        state=answer.state,
        source=answer.source,
        as_of=None if moment is None else moment.astimezone(UTC),
        compared=tuple(answer.compared),
        advice=tuple(_ADVICE[item.code] for item in answer.advice if item.code in _ADVICE),
        details=None if answer.invoice is None else _details(answer.invoice),
    )
