"""Scanner bytes to text that is safe to parse and to show."""

from __future__ import annotations

import unicodedata

from kiosk.errors import KioskError

LIMIT = 1024
"""Bytes in one scan, characters in its text; the densest of our codes needs 300."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, bidi and zero-width marks, lone surrogates, line and paragraph separators."""
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that count as visible and show nothing."""


class ScanError(KioskError):
    """A scan without usable text: `scan.empty` or `scan.too_long` (`limit`)."""


def decode(scan: bytes) -> str:
    """The text of one scan: UTF-8, else GB18030, else UTF-8 with replacement marks.

    Full-width forms, as a Chinese input method makes them, become their plain ones (NFKC);
    whatever is not visible is left out. Raises `ScanError`, nothing else.
    """
    if len(scan) > LIMIT:
        raise ScanError("scan.too_long", {"limit": str(LIMIT)})
    text = _visible(unicodedata.normalize("NFKC", _visible(_text(scan)))).strip()
    if len(text) > LIMIT:  # one character may unfold to eighteen
        raise ScanError("scan.too_long", {"limit": str(LIMIT)})
    if not text:
        raise ScanError("scan.empty")
    return text


def _text(scan: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return scan.decode(encoding)
        except UnicodeDecodeError:
            continue
    return scan.decode("utf-8", "replace")


def _visible(text: str) -> str:
    return "".join(filter(_is_visible, text))


def _is_visible(character: str) -> bool:
    if character in _BLANK_LETTERS or "\ufe00" <= character <= "\ufe0f":
        return False
    return unicodedata.category(character) not in _UNSEEN
