"""Accept-Language to one of our languages."""

from __future__ import annotations

from functools import lru_cache

from helpdesk.texts import DEFAULT_LANGUAGE

__all__ = ["preferred_language"]

_OURS = {"zh": "zh_CN", "en": "en"}
_LONGEST = 200


@lru_cache(maxsize=256)
def preferred_language(header: str) -> str:
    """Return the language of ours that the caller likes best; Chinese when it says nothing.

    Ranges and weights as in RFC 9110 section 12.5.4; what cannot be read is passed over.
    """
    best, best_weight = DEFAULT_LANGUAGE, 0.0
    for part in header[:_LONGEST].split(","):
        range_, _, parameter = part.strip().partition(";")
        language = _OURS.get(range_.strip().lower().partition("-")[0])
        weight = _weight(parameter)
        if language and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        return min(float(value), 1.0) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0
