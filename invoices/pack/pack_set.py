"""All packs of a kiosk as one: routed by issue date, overlays newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from invoices import canonical
from invoices.errors import CanonicalError, Fault
from invoices.pack.errors import PackError, PackFault
from invoices.pack.finding import STATES, Finding, Miss, PackAnswer, StatusCode
from invoices.pack.question import Question
from invoices.verdict import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from invoices.claim import Claim
    from invoices.pack.keys import Digester
    from invoices.pack.overlay import Overlay
    from invoices.pack.segment import Segment

_Who: TypeAlias = tuple[str, int, int, int]


@dataclass(frozen=True, slots=True)
class _Member:
    """A segment, the number of its digester, newer overlays (newest first), answers to a match."""

    segment: Segment
    digester: int
    overlays: tuple[tuple[Overlay, int], ...]
    matches: Mapping[State, PackAnswer]


class PackSet:
    """Answers from every segment and overlay that a kiosk holds.

    Raises:
        PackError: `pack.duplicate` if two files say that they are the same one.
    """

    def __init__(self, segments: Iterable[Segment], overlays: Iterable[Overlay] = ()) -> None:
        self.segments = tuple(sorted(segments, key=_freshest_first))
        self.overlays = tuple(sorted(overlays, key=_freshest_first))
        self._refuse_duplicates()
        self._digesters: list[Digester] = []
        self._numbers: dict[_Who, int] = {}
        self._labelled = all(segment.labelled for segment in self.segments)
        self._members = tuple(self._member(segment) for segment in self.segments)
        self._by_month: dict[tuple[int, int], tuple[_Member, ...]] = {}
        for member in self._members:
            first = member.segment.period.first
            month = (first.year, first.month)
            self._by_month[month] = (*self._by_month.get(month, ()), member)

    def look_up(self, claim: Claim) -> PackAnswer:
        """What the packs say of a claim, under each kind it can be.

        Raises:
            CanonicalError: a field that the claim's kind asks for is missing.
        """
        if claim.issued_on is None:
            raise CanonicalError(Fault.CANONICAL_INCOMPLETE)
        bodies = canonical.bodies_of_claim(claim)
        identity = canonical.identity(claim.code, claim.number)
        return self.answer(identity, bodies, claim.issued_on)

    def answer(self, identity: bytes, bodies: Sequence[bytes], issued_on: date) -> PackAnswer:
        """The same for canonical bytes.

        A match is looked for under the stated date only, so that the chance of a false one does
        not grow with the number of segments.
        """
        month = self._by_month.get((issued_on.year, issued_on.month), ())
        covering = [member for member in month if member.segment.period.covers(issued_on)]
        if not covering:
            return PackAnswer(Finding.NOT_COVERED)
        question = Question(self._digesters, identity, bodies)
        misses = set()
        for member in covering:
            said = _ask(member, question)
            if isinstance(said, State):
                return member.matches[said]
            misses.add(said)
        finding = self._rejection(misses, question, covering)
        return PackAnswer(finding, as_of=covering[0].segment.as_of)

    def _rejection(
        self, misses: set[Miss], question: Question, asked: Sequence[_Member]
    ) -> Finding:
        """The label of a rejection: every other segment is asked whether it knows the invoice."""
        if Miss.MISMATCH in misses:
            return Finding.MISMATCH
        for member in self._members:
            h, h2 = question.identity(member.digester)
            if not member.segment.knows(h, h2) or member in asked:
                continue
            if _changed(member, question) is not StatusCode.WITHDRAWN:
                return Finding.MISMATCH
        return Finding.NOT_FOUND if self._labelled else Finding.UNMATCHED

    def _refuse_duplicates(self) -> None:
        headers = [segment.header for segment in self.segments]
        headers += [overlay.header for overlay in self.overlays]
        names = {(header.region, header.epoch, header.name) for header in headers}
        if len(names) != len(headers):
            raise PackError(PackFault.DUPLICATE)

    def _number(self, digester: Digester) -> int:
        """Packs with the same key, digest and rounds share one digester."""
        who = (digester.key.region, digester.key.epoch, digester.prf, digester.rounds)
        if who not in self._numbers:
            self._numbers[who] = len(self._digesters)
            self._digesters.append(digester)
        return self._numbers[who]

    def _member(self, segment: Segment) -> _Member:
        """An overlay no newer than a segment has nothing to say about it."""
        header = segment.header
        newer = [
            overlay
            for overlay in self.overlays
            if overlay.header.region == header.region and overlay.header.as_of > header.as_of
        ]
        overlays = tuple((overlay, self._number(overlay.digester)) for overlay in newer)
        until = _known_until(segment, newer)
        matches = {state: PackAnswer(Finding.MATCH, state, until, header.name) for state in State}
        return _Member(segment, self._number(segment.digester), overlays, matches)


def _ask(member: _Member, question: Question) -> State | Miss:
    """A segment's answer, corrected by the overlays that are newer than it."""
    h, h2 = question.identity(member.digester)
    said = member.segment.answer(h, h2, question.bodies(member.digester))
    if said is Miss.NOT_FOUND or not member.overlays:
        return said
    code = _changed(member, question)
    if code is StatusCode.WITHDRAWN:
        return Miss.NOT_FOUND
    return said if code is None or isinstance(said, Miss) else STATES[code]


def _changed(member: _Member, question: Question) -> StatusCode | None:
    """What the newest overlay that mentions the invoice says."""
    for overlay, digester in member.overlays:
        code = overlay.code(*question.identity(digester))
        if code is not None:
            return code
    return None


def _freshest_first(pack: Segment | Overlay) -> tuple[int, str, str, int]:
    header = pack.header
    return -header.as_of, header.name, header.region, header.epoch


def _known_until(segment: Segment, overlays: Sequence[Overlay]) -> datetime:
    """Up to when the states of a segment are known: a missing overlay ends the chain."""
    until = segment.header.as_of
    for overlay in reversed(overlays):
        if overlay.header.since <= until:
            until = overlay.header.as_of
    return datetime.fromtimestamp(until, UTC)
