"""Text from outside, made safe to stand in a line of ours."""

from __future__ import annotations

import unicodedata

LONGEST = 120
"""Characters shown of one value; what is longer ends in an ellipsis."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, formats (bidi and zero-width among them), surrogates, private, unassigned, breaks."""
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs to Unicode that are drawn as nothing: Hangul fillers, blank braille."""


def plain_text(text: str, longest: int = LONGEST) -> str:
    """One line of visible characters: nothing that moves the cursor, turns or hides text."""
    cut = text[: 4 * longest]
    shown = "".join(sign for sign in cut if _is_shown(sign))
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def _is_shown(sign: str) -> bool:
    return sign not in _BLANK_LETTERS and unicodedata.category(sign) not in _HIDDEN
