"""`kiosk read`: what invoice codes say. Needs neither configuration nor database."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import typer

from kiosk.cli.frame import Frame, JsonOption, PayloadArgument, frame_of, inputs
from kiosk.complaints import BAD_INPUT, OK

if TYPE_CHECKING:
    from invoices.qr import QrInvoice

NOTHING = "–"


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("read", help="cli.read.help")(_read)


def _read(
    context: typer.Context, payload: PayloadArgument = None, *, as_json: JsonOption = False
) -> None:
    frame = frame_of(context)

    def work() -> int:
        answers = [
            _answer(frame, item, as_json=as_json) for item in inputs(payload, sys.stdin.buffer)
        ]
        return max(answers, default=OK)

    frame.guard(work)


def _answer(frame: Frame, payload: bytes, *, as_json: bool) -> int:
    """Print one answer; its exit status."""
    from invoices.errors import InvoiceError
    from kiosk.errors import KioskError

    try:
        invoice = _invoice(payload)
    except (InvoiceError, KioskError) as error:
        message = frame.text(f"error.{error.code}", **error.params)
        form = {"error": error.code, "message": message}
        frame.say(_json(form) if as_json else f"error[{error.code}]: {message}")
        return BAD_INPUT
    frame.say(_json(form_of(invoice)) if as_json else _line(frame, invoice))
    return OK


def _invoice(payload: bytes) -> QrInvoice:
    """Raises `KioskError` `read.slip` for a code of ours, `QrError` for anything else unread."""
    from invoices import qr
    from kiosk.errors import KioskError
    from kiosk.reader import names_slip
    from kiosk.scanners.decoding import decode

    text = decode(payload)
    if names_slip(text):
        raise KioskError("read.slip")
    return qr.read(text)


def form_of(invoice: QrInvoice) -> dict[str, Any]:
    """The answer's JSON object."""
    from invoices.money import format_fen

    return {
        "kind": invoice.kind.value,
        "qr_kind": invoice.qr_kind,
        "code": invoice.code,
        "number": invoice.number,
        "amount": None if invoice.amount is None else format_fen(invoice.amount),
        "amount_basis": invoice.amount_basis.value,
        "issued_on": invoice.issued_on and invoice.issued_on.isoformat(),
        "check_code": invoice.check_code,
        "crc": invoice.crc.value,
        "fields": [field.value for field in invoice.fields],
    }


def _line(frame: Frame, invoice: QrInvoice) -> str:
    form = form_of(invoice)
    return frame.text(
        "cli.read.line",
        kind=frame.text(f"kind.{form['kind']}"),
        code=form["code"] or NOTHING,
        number=form["number"],
        issued_on=form["issued_on"] or NOTHING,
        amount=form["amount"] or NOTHING,
        basis=frame.text(f"cli.read.basis.{form['amount_basis']}"),
        crc=frame.text(f"cli.read.crc.{form['crc']}"),
    )


def _json(form: dict[str, Any]) -> str:
    return json.dumps(form, ensure_ascii=False)
