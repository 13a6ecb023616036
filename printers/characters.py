"""Characters on paper: which may pass, how wide they are, and whether a printer's font has them.

GB18030 printers draw ASCII half wide and every two-byte character full wide, also those that
Unicode calls ambiguous (· – é). Of the four-byte ones most printers know none.
"""

from __future__ import annotations

from unicodedata import category, combining, east_asian_width, normalize

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SPACES = frozenset({"Zs", "Zl", "Zp"})
_BREAKS = frozenset("\t\n\v\f\r\x85")
_IDEOGRAPHIC_SPACE = "\u3000"
_VARIATIONS = range(0xFE00, 0xFE10)
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs to Unicode that are drawn as nothing: Hangul fillers, blank braille."""
_SAME_LOOK = str.maketrans({"\xa5": "￥", "\u2212": "-", "\u2011": "-"})
"""Four-byte characters with a twin that every printer has."""


def plain(text: str) -> str:
    """The text without anything that is not meant to be seen.

    Control and format characters (also the ones that turn the direction of reading), lone
    surrogates, private and unassigned code points go; line breaks and odd spaces become spaces.
    """
    kept = "".join(_kept(character) for character in text)
    return normalize("NFC", kept).translate(_SAME_LOOK)


def _kept(character: str) -> str:
    if character in _BREAKS:
        return " "
    kind = category(character)
    if kind in _SPACES:
        return character if character == _IDEOGRAPHIC_SPACE else " "
    dropped = kind in _DROPPED or character in _BLANK_LETTERS or ord(character) in _VARIATIONS
    return "" if dropped else character


def cells(character: str) -> int:
    """Columns that one plain character takes: 0, 1 or 2."""
    if character.isascii():
        return 1
    if is_native(character):
        return 2
    if combining(character) or category(character) in {"Mn", "Me"}:
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def width(text: str) -> int:
    """Columns that plain text takes."""
    return sum(cells(character) for character in text)


def is_native(text: str) -> bool:
    """Whether every character is in the part of GB18030 that printers' fonts hold."""
    return all(len(character.encode("gb18030")) <= 2 for character in text)  # noqa: PLR2004
