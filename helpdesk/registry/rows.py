"""A row of a registry file, checked strictly, cell by cell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from helpdesk.registry.characters import has_hidden
from helpdesk.registry.columns import COLUMNS, Entry
from helpdesk.registry.errors import RowError
from invoices.codes import DIGITAL_KINDS, ITINERARY_NUMBER, LONG_NUMBER, kinds_of
from invoices.dates import parse_date
from invoices.errors import ClaimError, MoneyError
from invoices.face import Face
from invoices.kinds import Kind, rule_of
from invoices.money import parse_fen
from invoices.verdict import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

LONGEST_CELL: Final = 200
"""Characters; no column of an invoice takes more."""

_DIGITS = re.compile(r"[0-9]*")
_CODE = re.compile(r"[0-9]{10}|[0-9]{12}")
_CHECK_CODE = re.compile(r"(?:[0-9A-Za-z]{5,24})?")
_TAX_ID = re.compile(r"(?:[0-9A-Z]{15,20})?")
_FORMULA = ("=", "+", "-", "@")
_SHORT = 8
_KINDS = {kind.value: kind for kind in Kind if kind is not Kind.UNKNOWN}
_STATES = {"": State.NORMAL} | {state.value: state for state in State}
_DIGITAL = frozenset(DIGITAL_KINDS)
_AMOUNTS = ("net_amount", "tax_amount", "total_amount")


class RowParser:
    """Reads rows of one file. `today` is the Beijing day: nothing is issued after it."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._days: dict[str, date] = {}
        self._kinds: dict[tuple[Kind, str, int], bool] = {}

    def parse(self, cells: Sequence[str]) -> Entry:
        """The entry of these cells, which stand in the order of `COLUMNS`.

        Raises:
            RowError: `row.<what>` with the column.
        """
        cells = [cell.strip() for cell in cells]
        row = "".join(cells)
        if has_hidden(row) or (len(row) > LONGEST_CELL < max(map(len, cells))):
            raise _unreadable(cells)
        kind = _KINDS.get(cells[0])
        state = _STATES.get(cells[12])
        if kind is None:
            raise RowError("row.kind", column="kind")
        if state is None:
            raise RowError("row.state", column="state")
        self._check_identity(kind, cells[1], cells[2])
        _check_texts(cells)
        net, tax, total = _amounts(cells)
        day = self._day(cells[3])
        face = Face(
            kind,
            cells[1],
            cells[2],
            day,
            net,
            tax,
            total,
            _check_code(kind, day, cells[7]),
            cells[8],
            cells[9],
            cells[10],
            cells[11],
            cells[13],
            cells[14],
        )
        if total < 0 or net < 0 or face.original_number or face.original_code:
            _check_red(face, state)
        return Entry(face, state)

    def _check_identity(self, kind: Kind, code: str, number: str) -> None:
        _check_numbers(kind, code, number)
        # Of the number only its length says something about the kind.
        key = kind, code, len(number)
        fits = self._kinds.get(key)
        if fits is None:
            kinds = kinds_of(code, number, kind.value)
            fits = self._kinds[key] = kind in kinds or kinds == (Kind.UNKNOWN,)
        if not fits:
            raise RowError("row.kind_of_code", column="kind")

    def _day(self, text: str) -> date:
        day = self._days.get(text)
        if day is not None:
            return day
        try:
            day = parse_date(text)
        except ClaimError as error:
            raise RowError("row.day", column="issued_on") from error
        if day > self._today:
            raise RowError("row.future", column="issued_on")
        self._days[text] = day
        return day


def _check_numbers(kind: Kind, code: str, number: str) -> None:
    if not _DIGITS.fullmatch(number):
        raise RowError("row.digits", column="number")
    if kind in _DIGITAL:
        if code:
            raise RowError("row.code_not_empty", column="code")
        itinerary = kind is Kind.AIR and len(number) == ITINERARY_NUMBER
        if len(number) != LONG_NUMBER and not itinerary:
            raise RowError("row.length", column="number", digits=str(LONG_NUMBER))
    else:
        if not _CODE.fullmatch(code):
            raise RowError("row.code", column="code")
        if len(number) != _SHORT:
            raise RowError("row.length", column="number", digits=str(_SHORT))


def _amounts(cells: Sequence[str]) -> tuple[int, int, int]:
    try:
        net, tax, total = parse_fen(cells[4]), parse_fen(cells[5]), parse_fen(cells[6])
    except MoneyError as error:
        raise _bad_amount(cells) from error
    if net + tax != total:
        raise RowError("row.sum", column="total_amount")
    return net, tax, total


def _bad_amount(cells: Sequence[str]) -> RowError:
    for column, text in zip(_AMOUNTS, cells[4:7], strict=True):
        try:
            parse_fen(text)
        except MoneyError:
            return RowError("row.amount", column=column)
    return RowError("row.amount", column=_AMOUNTS[0])


def _check_code(kind: Kind, day: date, text: str) -> str:
    if not _CHECK_CODE.fullmatch(text) or len(text) < rule_of(kind, day).check_digits:
        raise RowError("row.check_code", column="check_code")
    return text


def _check_texts(cells: Sequence[str]) -> None:
    for place in (8, 10):
        if not _TAX_ID.fullmatch(cells[place]):
            raise RowError("row.tax_id", column=COLUMNS[place])
    for place in (9, 11):
        # A spreadsheet that opens an export would run it.
        if cells[place].startswith(_FORMULA):
            raise RowError("row.formula", column=COLUMNS[place])


def _check_red(face: Face, state: State) -> None:
    """A red invoice has negative amounts, names its original, and is itself in force."""
    if face.total > 0 or face.net > 0 or face.tax > 0:
        raise RowError("row.red_amount", column="total_amount")
    if not face.original_number:
        raise RowError("row.original_missing", column="original_number")
    if state is not State.NORMAL:
        raise RowError("row.red_state", column="state")
    if not _DIGITS.fullmatch(face.original_number):
        raise RowError("row.digits", column="original_number")
    long = len(face.original_number) in (LONG_NUMBER, ITINERARY_NUMBER)
    named = not face.original_code if long else _CODE.fullmatch(face.original_code)
    if not named or not (long or len(face.original_number) == _SHORT):
        raise RowError("row.original", column="original_code")
    if (face.original_code, face.original_number) == (face.code, face.number):
        raise RowError("row.original", column="original_number")


def _unreadable(cells: Sequence[str]) -> RowError:
    for column, cell in zip(COLUMNS, cells, strict=True):
        if len(cell) > LONGEST_CELL:
            return RowError("row.long", column=column, most=str(LONGEST_CELL))
        if has_hidden(cell):
            return RowError("row.foreign", column=column)
    return RowError("row.foreign", column=COLUMNS[0])
