"""All packs of a kiosk as one: routed by issue date, overlays newest first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from invoices import canonical
from invoices.errors import CanonicalError, Fault
from invoices.pack.errors import PackError, PackFault
from invoices.pack.finding import STATES, Finding, Miss, PackAnswer, StatusCode
from invoices.pack.keys import halves
from invoices.verdict import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from invoices.claim import Claim
    from invoices.pack.keys import Digester
    from invoices.pack.overlay import Overlay
    from invoices.pack.segment import Segment

_Who: TypeAlias = tuple[str, int, int, int]


def _who(digester: Digester) -> _Who:
    """Packs with the same key and digest share one digest of an invoice."""
    key = digester.key
    return key.region, key.epoch, digester.prf, digester.rounds


class _Question:
    """One invoice as asked: its digests under each key, made when first needed."""

    def __init__(self, identity: bytes, bodies: Sequence[bytes]) -> None:
        self._identity = identity
        self._bodies = bodies
        self._identities: dict[_Who, tuple[int, int]] = {}
        self._said: dict[_Who, tuple[int, ...]] = {}

    def identity(self, digester: Digester) -> tuple[int, int]:
        who = _who(digester)
        if who not in self._identities:
            self._identities[who] = halves(digester.identity(self._identity))
        return self._identities[who]

    def bodies(self, digester: Digester) -> tuple[int, ...]:
        who = _who(digester)
        if who not in self._said:
            digests = (digester.body(body) for body in self._bodies)
            self._said[who] = tuple(int.from_bytes(digest, "little") for digest in digests)
        return self._said[who]


class PackSet:
    """Answers from every segment and overlay that a kiosk holds.

    Raises:
        PackError: `pack.duplicate` if two files say that they are the same one.
    """

    def __init__(self, segments: Iterable[Segment], overlays: Iterable[Overlay] = ()) -> None:
        self.segments = tuple(sorted(segments, key=_freshest_first))
        self.overlays = tuple(sorted(overlays, key=_freshest_first))
        headers = [segment.header for segment in self.segments]
        headers += [overlay.header for overlay in self.overlays]
        names = {(header.region, header.epoch, header.name) for header in headers}
        if len(names) != len(headers):
            raise PackError(PackFault.DUPLICATE)
        self._newer = {id(segment): self._overlays_for(segment) for segment in self.segments}
        self._known_until = {
            id(segment): _known_until(segment, self._newer[id(segment)])
            for segment in self.segments
        }

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
        covering = [segment for segment in self.segments if segment.period.covers(issued_on)]
        if not covering:
            return PackAnswer(Finding.NOT_COVERED)
        question = _Question(identity, bodies)
        misses = set()
        for segment in covering:
            said = self._ask(segment, question)
            if isinstance(said, State):
                return PackAnswer(
                    Finding.MATCH, said, self._known_until[id(segment)], segment.header.name
                )
            misses.add(said)
        finding = self._rejection(misses, question, covering)
        return PackAnswer(finding, as_of=covering[0].as_of)

    def _ask(self, segment: Segment, question: _Question) -> State | Miss:
        """A segment's answer, corrected by the overlays that are newer than it."""
        digester = segment.digester
        said = segment.answer(*question.identity(digester), question.bodies(digester))
        if said is Miss.NOT_FOUND:
            return said
        code = self._changed(segment, question)
        if code is StatusCode.WITHDRAWN:
            return Miss.NOT_FOUND
        return said if code is None or isinstance(said, Miss) else STATES[code]

    def _changed(self, segment: Segment, question: _Question) -> StatusCode | None:
        for overlay in self._newer[id(segment)]:
            code = overlay.code(*question.identity(overlay.digester))
            if code is not None:
                return code
        return None

    def _rejection(
        self, misses: set[Miss], question: _Question, asked: Sequence[Segment]
    ) -> Finding:
        """The label of a rejection: every other segment is asked whether it knows the invoice."""
        if Miss.MISMATCH in misses:
            return Finding.MISMATCH
        for segment in self.segments:
            if segment in asked or not segment.knows(*question.identity(segment.digester)):
                continue
            if self._changed(segment, question) is not StatusCode.WITHDRAWN:
                return Finding.MISMATCH
        labelled = all(segment.labelled for segment in self.segments)
        return Finding.NOT_FOUND if labelled else Finding.UNMATCHED

    def _overlays_for(self, segment: Segment) -> tuple[Overlay, ...]:
        """Newest first; an overlay no newer than the segment has nothing to say about it."""
        header = segment.header
        return tuple(
            overlay
            for overlay in self.overlays
            if overlay.header.region == header.region and overlay.header.as_of > header.as_of
        )


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
