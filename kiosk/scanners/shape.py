"""Whether bytes look like one of the codes a visitor holds to the scanner."""

from __future__ import annotations

import re

from kiosk.scanners.decoding import ScanError, decode

_INVOICE = re.compile(r"[\[({【]?\s*\d{2}\s*,(?:[^,\s]*\s*,){4,}[^,\s]*[\])}】]?")
"""The tax platform's text: a two-digit version and at least five commas, no blanks inside."""
_LINK = re.compile(r"https?://[\x21-\x7e]+", re.IGNORECASE)
"""A blockchain invoice's address."""
_OURS = re.compile(r"YPR:[\x21-\x7e]+|FP1:[\x20-\x7e]+")
"""The code of a record on screen, and of a slip, whose alphabet has a blank."""


def is_code(data: bytes) -> bool:
    """Whether the bytes as a whole have the shape of a code; says nothing of its content."""
    try:
        text = decode(data)
    except ScanError:
        return False
    return any(shape.fullmatch(text) for shape in (_INVOICE, _LINK, _OURS))
