"""Money: integer fen inside, decimal text and capital-form Chinese amounts at the edge."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from invoices.errors import Fault, MoneyError

LONGEST: Final = 32
"""No amount as text is longer, in characters."""
YUAN_DIGITS: Final = 12
LIMIT_FEN: Final = 10 ** (YUAN_DIGITS + 2)
"""Amounts are smaller than this, in fen, on either side of zero."""

_AMOUNT: Final = re.compile(rf"(-?[0-9]{{1,{YUAN_DIGITS}}})(?:\.([0-9]{{1,2}}))?")
_DECIMAL: Final = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?")
_FEN_DIGITS: Final = 2


def parse_fen(text: str) -> int:
    """Fen of a decimal yuan text such as `91.59`, `32`, `-0.5`.

    ASCII digits only, at most two decimals, no exponent, separator, plus sign or blank.
    Raises `MoneyError` (`money.empty`, `.form`, `.decimals`, `.large`).
    """
    parts = _AMOUNT.fullmatch(text)
    if parts is None:
        raise MoneyError(_fault_of(text))
    yuan, decimals = parts.groups("")
    return int(yuan + decimals.ljust(_FEN_DIGITS, "0"))


def _fault_of(text: str) -> Fault:
    """Why a text is no amount."""
    if not text:
        return Fault.MONEY_EMPTY
    parts = _DECIMAL.fullmatch(text) if len(text) <= LONGEST else None
    if parts is None:
        return Fault.MONEY_FORM
    return Fault.MONEY_DECIMALS if len(parts[2] or "") > _FEN_DIGITS else Fault.MONEY_LARGE


def format_fen(fen: int) -> str:
    """Yuan with two decimals: `9159` is `91.59`."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan}.{rest:02d}"


_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_GROUPS: Final = ("", "万", "亿")
_GROUP: Final = 10_000
_OLD_FORMS: Final = str.maketrans("貳參叄陸萬億元圓正", "贰叁叁陆万亿圆圆整")
_MINUS_FORMS: Final = ("(负数)", "(负)", "负数", "负")
_CAPITAL: Final = re.compile(
    rf"(?:(?:([{_DIGITS}拾佰仟]*)亿)?(?:([{_DIGITS}拾佰仟]*)万)?([{_DIGITS}拾佰仟]*)圆)?"
    rf"(?:零?([{_DIGITS}])角)?(?:零?([{_DIGITS}])分)?整?"
)
_GROUP_FORM: Final = re.compile(
    rf"(?:([{_DIGITS}])仟)?零?(?:([{_DIGITS}])佰)?零?(?:([{_DIGITS}])拾)?零?([{_DIGITS}])?"
)


def _capital_group(group: int) -> str:
    """A number below ten thousand, zeros inside it said once, none said at its ends."""
    words, gap = "", False
    for place in reversed(range(4)):
        digit = group // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + _PLACES[place]
        gap = digit == 0
    return words


def _capital_yuan(yuan: int) -> str:
    words, gap = "", False
    for place in reversed(range(len(_GROUPS))):
        group = yuan // _GROUP**place % _GROUP
        if group:
            gap = gap or group < _GROUP // 10
            words += ("零" if gap and words else "") + _capital_group(group) + _GROUPS[place]
        gap = group == 0
    return words


def capital(fen: int) -> str:
    """The amount as invoices print it: `贰佰伍拾圆整`, `伍拾贰圆柒角`, `负壹圆零伍分`.

    圆 rather than 元, 整 only after whole yuan. Raises `MoneyError` from 10^12 yuan on.
    """
    if abs(fen) >= LIMIT_FEN:
        raise MoneyError(Fault.MONEY_LARGE)
    yuan, rest = divmod(abs(fen), 100)
    jiao, cents = divmod(rest, 10)
    words = "负" if fen < 0 else ""
    if yuan or not rest:
        words += (_capital_yuan(yuan) or "零") + "圆"
    if jiao:
        words += _DIGITS[jiao] + "角"
    elif cents and yuan:
        words += "零"
    return words + (_DIGITS[cents] + "分" if cents else "") + ("" if rest else "整")


def _group_value(words: str | None) -> int:
    if not words:
        return 0
    parts = _GROUP_FORM.fullmatch(words)
    if parts is None:
        raise MoneyError(Fault.MONEY_CAPITAL)
    value = 0
    for digit in parts.groups():
        value = value * 10 + (_DIGITS.index(digit) if digit else 0)
    return value


def _without_zeros(words: str) -> str:
    bare = words.replace("零", "").replace("整", "")
    return bare.removeprefix("圆")


def parse_capital(text: str) -> int:
    """Fen of a capital-form amount, 元 or 圆, with or without 整, 正 and the optional 零.

    Anything that would not be written back with the same digits is refused. Raises
    `MoneyError` (`money.empty`, `money.capital`).
    """
    words = unicodedata.normalize("NFKC", text[: LONGEST * 2]).strip().translate(_OLD_FORMS)
    if not words:
        raise MoneyError(Fault.MONEY_EMPTY)
    minus = next((form for form in _MINUS_FORMS if words.startswith(form)), "")
    words = words.removeprefix(minus)
    parts = _CAPITAL.fullmatch(words) if len(text) <= LONGEST * 2 else None
    if parts is None or not any(digit in words for digit in _DIGITS):
        raise MoneyError(Fault.MONEY_CAPITAL)
    yuan = 0
    for group in parts.group(1, 2, 3):
        yuan = yuan * _GROUP + _group_value(group)
    jiao, cents = (_DIGITS.index(digit) if digit else 0 for digit in parts.group(4, 5))
    fen = yuan * 100 + jiao * 10 + cents
    if "零零" in words or _without_zeros(capital(fen)) != _without_zeros(words):
        raise MoneyError(Fault.MONEY_CAPITAL)
    return -fen if minus else fen
