"""Text from outside, made safe to stand in a line of ours."""

from __future__ import annotations

import unicodedata

LONGEST = 120
"""Characters shown of one value; what is longer ends in an ellipsis."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, formats (bidi and zero-width among them), surrogates, private, unassigned, breaks."""


def plain_text(text: str, longest: int = LONGEST) -> str:
    """One line of visible characters: nothing that moves the cursor, turns or hides text."""
    cut = text[: 4 * longest]
    shown = "".join(sign for sign in cut if unicodedata.category(sign) not in _HIDDEN)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
