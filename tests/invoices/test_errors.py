from __future__ import annotations

import pickle
import re
from pathlib import Path

import invoices
from invoices.advice import AdviceCode
from invoices.entry import EntryCode
from invoices.errors import (
    CanonicalError,
    ClaimError,
    CodeError,
    Fault,
    InvoiceError,
    MoneyError,
    QrError,
    RecordError,
)


def test_every_fault_is_raised_somewhere() -> None:
    package = Path(invoices.__file__).parent
    sources = [
        path.read_text(encoding="utf-8")
        for path in package.glob("*.py")
        if path.name != "errors.py"
    ]
    used = set(re.findall(r"Fault\.([A-Z_]+)", "\n".join(sources)))
    assert used == {fault.name for fault in Fault}


def test_one_base_for_all_errors() -> None:
    for error in (QrError, MoneyError, CodeError, ClaimError, RecordError, CanonicalError):
        raised = error(Fault.QR_EMPTY, count="3")
        assert isinstance(raised, InvoiceError)
        assert (raised.code, raised.params) == ("qr.empty", {"count": "3"})
        assert str(raised) == "qr.empty"


def test_an_error_crosses_a_process_border_whole() -> None:
    back = pickle.loads(pickle.dumps(QrError(Fault.QR_FIELDS, count="3")))  # noqa: S301
    assert (type(back), back.code, back.params) == (QrError, "qr.fields", {"count": "3"})


def test_codes_are_dotted_lower_case_and_unlike() -> None:
    codes = [*map(str, Fault), *map(str, EntryCode)]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", code) for code in codes)
    assert all(re.fullmatch(r"[a-z_]+", code) for code in AdviceCode)
