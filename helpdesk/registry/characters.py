"""Characters that no cell of a registry file may hold, because nobody would see them."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import category

_NEWER_IDEOGRAPHS: Final = range(0x20000, 0x3FFFE)
"""Planes of ideographs only: what Python's table does not have yet is in somebody's name."""
_NONCHARACTERS: Final = frozenset({0x2FFFE, 0x2FFFF})

# Letters that are drawn as nothing (Hangul fillers, the blank braille pattern), and what a decoder
# puts where it could not read.
_BLANK = re.compile("[\u115f\u1160\u2800\u3164\uffa0\ufffd]")


def has_hidden(text: str) -> bool:
    """Whether a text holds anything but visible characters and blanks of one line.

    By Unicode's categories: controls, formats (marks that turn the direction of writing, zero-width
    ones, tags), halves of pairs, private use, unassigned ones, line and paragraph separators.
    """
    if _BLANK.search(text):
        return True
    return not (text.isprintable() or all(map(_is_visible, text)))


def _is_visible(character: str) -> bool:
    if character.isprintable() or category(character) == "Zs":
        return True
    code = ord(character)
    return code in _NEWER_IDEOGRAPHS and code not in _NONCHARACTERS
