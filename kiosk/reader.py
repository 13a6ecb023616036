"""What a scan or a pasted text names: an invoice, a record, or a signed slip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpdesk.wire.slip_code import PREFIX
from invoices import qr
from invoices.claim import from_qr
from invoices.errors import RecordError
from invoices.record import SCHEME, read_record_code

if TYPE_CHECKING:
    from invoices.claim import Claim
    from invoices.crc import CrcState


@dataclass(frozen=True, slots=True)
class InvoiceScan:
    """An invoice's code; what the claim lacks must be typed."""

    claim: Claim
    crc: CrcState


@dataclass(frozen=True, slots=True)
class SlipScan:
    """A slip's code; a record number without its token opens less."""

    record: str
    token: str | None


@dataclass(frozen=True, slots=True)
class SignedSlipScan:
    """A printed slip's code; what it says counts only once its signature is checked."""

    code: str


def read_text(text: str) -> InvoiceScan | SlipScan | SignedSlipScan:
    """What the text names.

    Raises:
        InvoiceError: a `QrError`, or a `RecordError` for a slip's code that is damaged.
    """
    if code := slip_code_of(text):
        return SignedSlipScan(code)
    try:
        return SlipScan(*read_record_code(text))
    except RecordError:
        if text.strip().upper().startswith(SCHEME + ":"):
            raise
    invoice = qr.read(text)
    return InvoiceScan(from_qr(invoice), invoice.crc)


def slip_code_of(text: str) -> str | None:
    """The text as a signed slip's code; None for anything else.

    Such a code has capitals only: a scanner may have sent it with the shift lock on.
    """
    spelled = text.upper()
    return spelled if spelled.startswith(PREFIX) else None
