"""The unified social credit code of organisations (GB 32100-2015), 18 characters.

Old invoices still carry 15-digit tax numbers and 20-character ones of sole traders, and
some real codes fail the check: use it to warn, never to reject.
"""

from __future__ import annotations

from typing import Final

from invoices.errors import CodeError, Fault

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH: Final = 18
_BASE: Final = len(ALPHABET)
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS: Final = tuple(pow(3, place, _BASE) for place in range(LENGTH - 1))
_BODY: Final = slice(8, 17)
_BODY_MODULUS: Final = 11
_BODY_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714


def check_character(code: str) -> str:
    """The 18th character over the first 17. Raises `CodeError` for any other text."""
    body = code[: LENGTH - 1]
    if len(body) != LENGTH - 1 or not _VALUES.keys() >= set(body):
        raise CodeError(Fault.CREDIT_CODE_FORM)
    total = sum(_VALUES[c] * weight for c, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % _BASE]


def organisation_check_character(organisation: str) -> str:
    """The 9th character of an organisation code over its first 8 (GB 11714).

    Raises `CodeError` for any other text.
    """
    body = organisation[:8]
    if len(body) != len(_BODY_WEIGHTS) or not (body.isascii() and body.isalnum()):
        raise CodeError(Fault.CREDIT_CODE_FORM)
    digits = (int(character, 36) for character in body)
    total = sum(digit * weight for digit, weight in zip(digits, _BODY_WEIGHTS, strict=True))
    check = -total % _BODY_MODULUS
    return "X" if check == _BODY_MODULUS - 1 else str(check)


def is_valid(code: str) -> bool:
    """Whether both check characters of a code in capitals are right."""
    if len(code) != LENGTH or not _VALUES.keys() >= set(code):
        return False
    organisation = code[_BODY]
    return (
        check_character(code) == code[-1]
        and organisation_check_character(organisation) == organisation[-1]
    )
