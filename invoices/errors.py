"""The one error of this package, and every code it can carry."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Fault(StrEnum):
    """All error codes; each needs a sentence under `error.<code>` in the catalogues."""

    QR_EMPTY = "qr.empty"
    QR_LONG = "qr.long"
    QR_FOREIGN = "qr.foreign"
    QR_HOST = "qr.host"
    QR_URL = "qr.url"
    QR_FIELDS = "qr.fields"
    QR_TYPE = "qr.type"
    QR_CODE = "qr.code"
    QR_NUMBER = "qr.number"
    QR_AMOUNT = "qr.amount"
    QR_DATE = "qr.date"
    QR_CHECK_CODE = "qr.check_code"
    MONEY_EMPTY = "money.empty"
    MONEY_FORM = "money.form"
    MONEY_DECIMALS = "money.decimals"
    MONEY_LARGE = "money.large"
    MONEY_CAPITAL = "money.capital"
    CREDIT_CODE_FORM = "credit_code.form"
    CLAIM_CODE_DIGITS = "claim.code.digits"
    CLAIM_CODE_LENGTH = "claim.code.length"
    CLAIM_CODE_KIND = "claim.code.kind"
    CLAIM_CODE_MISSING = "claim.code.missing"
    CLAIM_NUMBER_DIGITS = "claim.number.digits"
    CLAIM_NUMBER_LENGTH = "claim.number.length"
    CLAIM_DATE_FORM = "claim.issued_on.form"
    CLAIM_DATE_DAY = "claim.issued_on.day"
    CLAIM_AMOUNT_FORM = "claim.amount.form"
    CLAIM_AMOUNT_DECIMALS = "claim.amount.decimals"
    CLAIM_AMOUNT_LARGE = "claim.amount.large"
    CLAIM_CHECK_CODE_FORM = "claim.check_code.form"
    CLAIM_CHECK_CODE_LENGTH = "claim.check_code.length"
    CLAIM_SELLER_FORM = "claim.seller_tax_id.form"
    RECORD_FORM = "record.form"
    RECORD_PREFIX = "record.prefix"
    RECORD_COUNTER = "record.counter"
    RECORD_TOKEN = "record.token"  # noqa: S105 - the name of a fault, not a secret
    CANONICAL_INCOMPLETE = "canonical.incomplete"
    CANONICAL_TEXT = "canonical.text"


class InvoiceError(Exception):
    """What went wrong, as a code and harmless parameters: never a value from an invoice."""

    code: str
    params: Mapping[str, str]

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class QrError(InvoiceError):
    """A scanned text is no invoice code we can read."""


class MoneyError(InvoiceError):
    """A text is no amount of money."""


class CodeError(InvoiceError):
    """A text is no code of the asked sort."""


class ClaimError(InvoiceError):
    """A field as typed cannot be right: `claim.<field>.<what>`."""


class RecordError(InvoiceError):
    """A text is no record number or record code."""


class CanonicalError(InvoiceError):
    """An invoice has no canonical form: a field is missing or holds foreign characters."""
