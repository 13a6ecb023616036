"""Issues the invoices of a demo registry, and the red ones that reverse some of them."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from helpdesk.demo_data import amounts
from helpdesk.demo_data.companies import invent
from helpdesk.demo_data.rolls import Rolls
from helpdesk.demo_data.schedule import (
    Blue,
    common_blue,
    first_blues,
    old_blues,
    shares_of,
    today_blues,
    year_days,
)
from helpdesk.errors import HelpdeskError
from helpdesk.registry.columns import Entry
from invoices.face import Face
from invoices.kinds import Kind
from invoices.verdict import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from random import Random

FEWEST = 100
"""With fewer invoices not every kind, state and region would be there."""
_MOST_SELLERS = 3_600
_CHAIN_REGION = "4403"
_PERSON = "个人"
_REVERSED = frozenset({State.RED, State.RED_PARTIAL, State.RED_FULL})
_WITH_CHECK_CODE = frozenset(
    {Kind.ORDINARY, Kind.E_SPECIAL, Kind.E_ORDINARY, Kind.ROLL, Kind.TOLL, Kind.PAPER_ORDINARY}
)
_TO_COMPANIES = frozenset({Kind.SPECIAL, Kind.E_SPECIAL, Kind.DIGITAL_SPECIAL, Kind.PAPER_SPECIAL})
_LONGEST_WAIT_DAYS = 20


@dataclass(frozen=True, slots=True)
class _Reversal:
    seller: int
    face: Face
    state: State


class Issuer:
    """Entries of a registry as it stands on `as_of`; equal arguments issue equal entries."""

    def __init__(self, count: int, as_of: date, chance: Random) -> None:
        if count < FEWEST:
            raise HelpdeskError("demo_data.few", least=str(FEWEST))
        self._count = count
        self._as_of = as_of
        self._chance = chance
        self._companies = invent(min(_MOST_SELLERS, max(72, count // 100)), chance)
        self._by_region: dict[str, list[int]] = {}
        for index, company in enumerate(self._companies):
            self._by_region.setdefault(company.region, []).append(index)
        self._rolls = Rolls(chance)
        self._due: list[tuple[date, int, _Reversal]] = []
        self._reversals = 0

    def entries(self) -> Iterator[Entry]:
        """All entries: the old ones, those of the last twelve months, those of the day."""
        shares = shares_of(self._count)
        for blue in old_blues(shares.old, self._as_of, self._chance):
            yield self._issue(blue)
        yield from self._year(shares.year)
        for blue in today_blues(shares.today, self._as_of, self._chance):
            yield self._issue(blue)

    def unissued(self, kind: Kind, day: date) -> Face:
        """The face of an invoice that is not in the registry; call it after `entries`."""
        return self._issue(Blue(day, kind, State.NORMAL)).face

    def _year(self, count: int) -> Iterator[Entry]:
        first = first_blues()
        for left, day in zip(range(count, 0, -1), year_days(count, self._as_of), strict=True):
            if self._due and (self._due[0][0] <= day or len(self._due) >= left):
                yield self._reverse(day)
                continue
            kind, state, region = next(first, None) or common_blue(self._chance)
            if state in _REVERSED and len(self._due) + 2 > left:
                state = State.NORMAL
            yield self._issue(Blue(day, kind, state, region))

    def _issue(self, blue: Blue) -> Entry:
        seller_index = self._seller(blue)
        seller = self._companies[seller_index]
        net, tax, total = amounts.draw(blue.kind, blue.day, self._chance)
        code, number = self._rolls.take(seller_index, blue.kind, seller.region, blue.day.year)
        buyer_tax_id, buyer_name = self._buyer(blue.kind)
        face = Face(
            kind=blue.kind,
            code=code,
            number=number,
            issued_on=blue.day,
            net=net,
            tax=tax,
            total=total,
            check_code=self._check_code(blue.kind),
            seller_tax_id=seller.tax_id,
            seller_name=seller.name,
            buyer_tax_id=buyer_tax_id,
            buyer_name=buyer_name,
        )
        if blue.state in _REVERSED:
            self._plan(_Reversal(seller_index, face, blue.state))
        return Entry(face, blue.state)

    def _plan(self, reversal: _Reversal) -> None:
        wait = timedelta(1 + int(self._chance.random() * _LONGEST_WAIT_DAYS))
        self._reversals += 1
        due = reversal.face.issued_on + wait
        heapq.heappush(self._due, (due, self._reversals, reversal))

    def _reverse(self, day: date) -> Entry:
        reversal = heapq.heappop(self._due)[2]
        face = reversal.face
        net, tax = face.net, face.tax
        if reversal.state is State.RED_PARTIAL:
            net, tax = amounts.part_of(net, tax, self._chance)
        region = self._companies[reversal.seller].region
        code, number = self._rolls.take(reversal.seller, face.kind, region, day.year)
        red = Face(
            kind=face.kind,
            code=code,
            number=number,
            issued_on=day,
            net=-net,
            tax=-tax,
            total=-(net + tax),
            check_code=self._check_code(face.kind),
            seller_tax_id=face.seller_tax_id,
            seller_name=face.seller_name,
            buyer_tax_id=face.buyer_tax_id,
            buyer_name=face.buyer_name,
            original_code=face.code,
            original_number=face.number,
        )
        return Entry(red, State.NORMAL)

    def _seller(self, blue: Blue) -> int:
        region = _CHAIN_REGION if blue.kind is Kind.BLOCKCHAIN else blue.region
        if not region:
            return int(self._chance.random() * len(self._companies))
        return self._chance.choice(self._by_region[region])

    def _buyer(self, kind: Kind) -> tuple[str, str]:
        if kind not in _TO_COMPANIES and self._chance.random() < 0.3:  # noqa: PLR2004 - a share
            return "", _PERSON
        buyer = self._companies[int(self._chance.random() * len(self._companies))]
        return buyer.tax_id, buyer.name

    def _check_code(self, kind: Kind) -> str:
        if kind is Kind.BLOCKCHAIN:
            return f"{self._chance.getrandbits(20):05x}"
        if kind not in _WITH_CHECK_CODE:
            return ""
        return f"{self._chance.getrandbits(80) % 10**20:020d}"
