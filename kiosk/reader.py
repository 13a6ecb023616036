"""What a scan or a pasted text names: an invoice, a record, or a signed slip."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpdesk.wire.errors import WireError
from helpdesk.wire.site import RecordAddress, code_of_path, read_record_path
from helpdesk.wire.slip_code import PREFIX
from invoices import qr
from invoices.claim import from_qr
from invoices.errors import RecordError
from invoices.record import SCHEME, read_record_code

if TYPE_CHECKING:
    from helpdesk.wire.site import Site
    from invoices.claim import Claim
    from invoices.crc import CrcState

_ADDRESS = re.compile(r"HTTPS?://[^/]+/(?P<kind>[RS])/(?P<path>[A-Z0-9/-]+)")


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


def read_text(text: str, site: Site | None = None) -> InvoiceScan | SlipScan | SignedSlipScan:
    """What the text names; addresses of slips and records count where they are of `site`.

    Raises:
        InvoiceError: a `QrError`, or a `RecordError` for a slip's code that is damaged.
        WireError: `slip.address` for an address of `site` that is damaged.
    """
    if code := slip_code_of(text):
        return SignedSlipScan(code)
    address = None if site is None else site.read(text)
    if isinstance(address, RecordAddress):
        return SlipScan(address.record, address.token)
    if address is not None:
        return SignedSlipScan(address.code)
    try:
        return SlipScan(*read_record_code(text))
    except RecordError:
        if text.strip().upper().startswith(SCHEME + ":"):
            raise
    invoice = qr.read(text)
    return InvoiceScan(from_qr(invoice), invoice.crc)


def names_slip(text: str) -> bool:
    """Whether the text is the code of a slip or a record, or an address in the form of one.

    Of whose site an address is cannot be told here.
    """
    spelled = text.strip().upper()
    if spelled.startswith((PREFIX, SCHEME + ":")):
        return True
    parts = _ADDRESS.fullmatch(spelled)
    if parts is None:
        return False
    try:
        read_record_path(parts["path"]) if parts["kind"] == "R" else code_of_path(parts["path"])
    except (RecordError, WireError):
        return False
    return True


def slip_code_of(text: str) -> str | None:
    """The text as a signed slip's code; None for anything else.

    Such a code has capitals only: a scanner may have sent it with the shift lock on.
    """
    spelled = text.upper()
    return spelled if spelled.startswith(PREFIX) else None
