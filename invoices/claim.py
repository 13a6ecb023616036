"""What a person says an invoice is: from its QR code, typed by hand, or both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from invoices.codes import (
    ITINERARY_NUMBER,
    LONG_NUMBER,
    SHORT_NUMBER,
    is_digits,
    kinds_of,
)
from invoices.errors import ClaimError, Fault
from invoices.kinds import AmountBasis, Field, Kind, rule_of
from invoices.typed import (
    compact,
    parse_amount,
    parse_check_code,
    parse_code,
    parse_issued_on,
    parse_number,
    parse_seller_tax_id,
)

if TYPE_CHECKING:
    from datetime import date

    from invoices.face import Face
    from invoices.kinds import KindRule
    from invoices.qr import QrInvoice

DEFAULT_CHECK_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Claim:
    """The stated fields. `kinds` are the candidates, which all ask for the same fields.

    `code` is "" for 20-digit numbers, `amount` is in fen on the kind's basis, `check_code`
    its last six characters (five on blockchain invoices).
    """

    kinds: tuple[Kind, ...] = (Kind.UNKNOWN,)
    code: str = ""
    number: str = ""
    issued_on: date | None = None
    amount: int | None = None
    check_code: str | None = None
    seller_tax_id: str | None = None

    @property
    def kind(self) -> Kind:
        """The likeliest kind."""
        return self.kinds[0]

    @property
    def rule(self) -> KindRule:
        """What verifying it takes."""
        return rule_of(self.kind, self.issued_on)

    @property
    def identified(self) -> bool:
        """Whether it names one invoice: a code with a number, or a number that needs no code."""
        return bool(self.number and (self.code or len(self.number) > SHORT_NUMBER))

    @property
    def supplied(self) -> tuple[Field, ...]:
        """The fields it states."""
        return tuple(field for field in Field if getattr(self, field) not in ("", None))

    @property
    def missing(self) -> tuple[Field, ...]:
        """The fields its kind asks for and it lacks, in the order to ask them."""
        return tuple(f for f in self.rule.fields if getattr(self, f) in ("", None))

    def with_(self, field: Field, text: str) -> Claim:
        """The claim with one field as typed; an empty text takes the field back.

        A 20-digit number is accepted in the place of the code, which such invoices lack.
        Raises `ClaimError`.
        """
        if field is Field.CODE:
            return self._with_code(text)
        value = parse_field(field, text, kind=self.kind, code=self.code) if text.strip() else None
        if field is Field.NUMBER:
            return self._renamed(self.code, str(value or ""))
        changed: dict[str, Any] = {field.value: value}
        return replace(self, **changed)

    def _with_code(self, text: str) -> Claim:
        typed = compact(text)
        if len(typed) == LONG_NUMBER and is_digits(typed):
            return self._renamed("", typed)
        number = self.number if len(self.number) == SHORT_NUMBER else ""
        return self._renamed(parse_code(typed) if typed else "", number)

    def _renamed(self, code: str, number: str) -> Claim:
        """Code and number changed, and the kinds that follow from them.

        A scanned blockchain invoice lacks its code: one of another kind cannot be its own.
        """
        kinds = kinds_of(code, number)
        if self.kind is Kind.BLOCKCHAIN and not self.code:
            if code and kinds != self.kinds:
                raise ClaimError(Fault.CLAIM_CODE_KIND)
            kinds = kinds if code or len(number) == LONG_NUMBER else self.kinds
        return replace(self, kinds=kinds, code=code, number=number)


def _lengths(code: str, qr_kind: str | None) -> tuple[int, ...]:
    if code or qr_kind == Kind.BLOCKCHAIN:
        return (SHORT_NUMBER,)
    return (LONG_NUMBER, ITINERARY_NUMBER) if qr_kind == Kind.AIR else (LONG_NUMBER,)


def parse_field(field: Field, text: str, *, kind: Kind | None, code: str = "") -> str | int | date:
    """One field as typed: text, fen or day. Raises `ClaimError` `claim.<field>.<what>`.

    `kind` (where known) says how many characters of the check code count, `code` (where
    there is one) that the number has eight digits.
    """
    match field:
        case Field.CODE:
            return parse_code(text)
        case Field.NUMBER:
            return parse_number(text, lengths=_lengths(code, kind))
        case Field.ISSUED_ON:
            return parse_issued_on(text)
        case Field.AMOUNT:
            return parse_amount(text)
        case Field.CHECK_CODE:
            digits = rule_of(kind).check_digits if kind else 0
            return parse_check_code(text, digits or DEFAULT_CHECK_DIGITS)
        case Field.SELLER_TAX_ID:
            return parse_seller_tax_id(text)


def from_fields(
    *,
    code: str = "",
    number: str = "",
    issued_on: str = "",
    amount: str = "",
    check_code: str = "",
    seller_tax_id: str = "",
    qr_kind: str | None = None,
) -> Claim:
    """A claim from strings as typed; empty ones are not stated. Raises `ClaimError`.

    `qr_kind` is the type a QR code gave, where there was one. The amount is taken on the
    basis the kind is verified by.
    """
    code = parse_code(code) if code.strip() else ""
    if number.strip():
        number = _number_of(number, code, qr_kind)
    kinds = kinds_of(code, number.strip(), qr_kind)
    claim = Claim(kinds, code, number.strip())
    rest = {
        Field.ISSUED_ON: issued_on,
        Field.AMOUNT: amount,
        Field.CHECK_CODE: check_code,
        Field.SELLER_TAX_ID: seller_tax_id,
    }
    for field, text in rest.items():
        claim = claim.with_(field, text)
    return claim


def _number_of(text: str, code: str, qr_kind: str | None) -> str:
    """The number, told apart from one whose code was forgotten."""
    typed = compact(text)
    if not code and qr_kind != Kind.BLOCKCHAIN and len(typed) == SHORT_NUMBER and is_digits(typed):
        raise ClaimError(Fault.CLAIM_CODE_MISSING)
    return parse_number(typed, lengths=_lengths(code, qr_kind))


def from_qr(invoice: QrInvoice) -> Claim:
    """The claim a scan makes. Its amount counts only on the basis the kind is verified by."""
    kinds = kinds_of(invoice.code or "", invoice.number, invoice.qr_kind)
    rule = rule_of(invoice.kind, invoice.issued_on)
    same_basis = invoice.amount_basis is rule.basis and rule.kind is not Kind.UNKNOWN
    digits = rule.check_digits or DEFAULT_CHECK_DIGITS
    check_code = invoice.check_code or ""
    return Claim(
        kinds=kinds,
        code=invoice.code or "",
        number=invoice.number,
        issued_on=invoice.issued_on,
        amount=invoice.amount if same_basis else None,
        check_code=check_code[-digits:] if is_digits(check_code) else None,
    )


def from_face(face: Face) -> Claim:
    """What the holder of the invoice would state: the fields its kind asks for."""
    rule = rule_of(face.kind, face.issued_on)
    asked = rule.fields
    amount = face.total if rule.basis is AmountBasis.GROSS else face.net
    check_code = face.check_code[-(rule.check_digits or DEFAULT_CHECK_DIGITS) :]
    kinds = kinds_of(face.code, face.number, face.kind)
    return Claim(
        kinds=kinds if face.kind in kinds else (face.kind,),
        code=face.code,
        number=face.number,
        issued_on=face.issued_on,
        amount=amount if Field.AMOUNT in asked else None,
        check_code=check_code.upper() if Field.CHECK_CODE in asked else None,
        seller_tax_id=face.seller_tax_id.upper() if Field.SELLER_TAX_ID in asked else None,
    )
