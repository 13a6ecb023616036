"""QR texts of a demo registry with the verdict and the state each must give on its day."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from helpdesk.demo_data.schedule import YEARS
from invoices import qr
from invoices.claim import from_face, from_qr
from invoices.crc import CrcForm
from invoices.dates import years_before
from invoices.kinds import Field, Kind
from invoices.money import format_fen
from invoices.qr_writer import PLAIN, NoCrc, QrStyle, write, write_face
from invoices.verdict import State, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from helpdesk.registry.columns import Entry
    from invoices.face import Face

DAILY_LIMIT = 5
_KEPT = 4
_STYLES = (
    PLAIN,
    QrStyle(ending=","),
    QrStyle(crc=CrcForm.B),
    QrStyle(crc=NoCrc.ABSENT),
    QrStyle(blank=" "),
    QrStyle(lower=True, padded=False),
    QrStyle(short_amount=True),
    QrStyle(comma="，"),
    QrStyle(brackets=True),
    QrStyle(ending="\r\n"),
)
_UNKNOWN_CODE = "011002680026"
"""A real printer's code whose ending is in no table."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A text to scan. `fields` are what a person would type instead, where one could."""

    label: str
    payload: str
    verdict: Verdict
    state: State | None = None
    kind: Kind | None = None
    fields: dict[str, str] = field(default_factory=dict)

    def line(self) -> dict[str, Any]:
        """The sample as one JSON object."""
        return {
            "label": self.label,
            "payload": self.payload,
            "verdict": self.verdict.value,
            "state": None if self.state is None else self.state.value,
            "kind": None if self.kind is None else self.kind.value,
            "fields": self.fields,
        }


class Sampler:
    """Picks invoices while they are issued, a few of each sort, and makes samples of them."""

    def __init__(self, as_of: date) -> None:
        self._as_of = as_of
        self._limit = years_before(as_of, YEARS)
        self._normal: dict[Kind, list[Face]] = {}
        self._states: dict[State, Face] = {}
        self._others: dict[str, Face] = {}

    def see(self, entry: Entry) -> None:
        """Look at an entry; keeps it only where its sort is wanted."""
        face = entry.face
        if face.issued_on >= self._as_of or face.issued_on < self._limit:
            self._keep_other("today" if face.issued_on >= self._as_of else "old", face)
        elif entry.state is not State.NORMAL:
            if entry.state not in self._states and scannable(face):
                self._states[entry.state] = face
        elif face.original_number:
            self._keep_other("red_row", face)
        else:
            kept = self._normal.setdefault(face.kind, [])
            if len(kept) < _KEPT and scannable(face):
                kept.append(face)

    def samples(self, unissued: Callable[[Kind, date], Face]) -> Iterator[Sample]:
        """The samples; `unissued` gives the face of an invoice that nobody registered."""
        yield from self._matches()
        yield from self._mismatches()
        for kind in (Kind.DIGITAL_ORDINARY, Kind.E_ORDINARY):
            face = unissued(kind, self._as_of - timedelta(30))
            yield _sample(f"not_found_{kind}", face, Verdict.NOT_FOUND)
        yield _sample("too_early", self._others["today"], Verdict.TOO_EARLY)
        yield _sample("too_old", self._others["old"], Verdict.TOO_OLD)
        yield from self._daily_limit()
        yield from self._refused()

    def _keep_other(self, label: str, face: Face) -> None:
        if label not in self._others and scannable(face):
            self._others[label] = face

    def _take(self, kind: Kind) -> Face:
        return self._normal[kind].pop()

    def _matches(self) -> Iterator[Sample]:
        ready = [kind for kind, faces in self._normal.items() if faces]
        for index, kind in enumerate(sorted(ready)):
            style = _STYLES[index % len(_STYLES)]
            face = self._normal[kind].pop(0)
            yield _sample(f"match_normal_{kind}", face, Verdict.MATCH, State.NORMAL, style)
        for state, face in sorted(self._states.items()):
            yield _sample(f"match_{state}", face, Verdict.MATCH, state)
        if "red_row" in self._others:
            red = self._others["red_row"]
            yield _sample("match_red_invoice", red, Verdict.MATCH, State.NORMAL)

    def _mismatches(self) -> Iterator[Sample]:
        face = self._take(Kind.DIGITAL_SPECIAL)
        changed = replace(face, net=face.net + 100, total=face.total + 100)
        yield _sample("mismatch_amount", changed, Verdict.MISMATCH)
        face = self._take(Kind.E_ORDINARY)
        last = "1" if face.check_code[-1] == "0" else "0"
        changed = replace(face, check_code=face.check_code[:-1] + last)
        yield _sample("mismatch_check_code", changed, Verdict.MISMATCH)
        face = self._take(Kind.DIGITAL_ORDINARY)
        changed = replace(face, issued_on=face.issued_on - timedelta(1))
        yield _sample("mismatch_date", changed, Verdict.MISMATCH)

    def _daily_limit(self) -> Iterator[Sample]:
        face = self._take(Kind.DIGITAL_ORDINARY)
        for time in range(1, DAILY_LIMIT + 1):
            yield _sample(f"daily_limit_{time}", face, Verdict.MATCH, State.NORMAL)
        yield _sample("daily_limit", face, Verdict.DAILY_LIMIT)

    def _refused(self) -> Iterator[Sample]:
        tomorrow = self._as_of + timedelta(1)
        face = replace(self._others["today"], issued_on=tomorrow)
        yield _sample("bad_input_future", face, Verdict.BAD_INPUT)
        yield Sample("bad_input_text", "https://example.com/invoice?id=1", Verdict.BAD_INPUT)
        unknown = write(
            qr_kind="10",
            code=_UNKNOWN_CODE,
            number="00000001",
            amount=10_000,
            issued_on=self._as_of - timedelta(10),
            check_code="0" * 20,
        )
        yield Sample("unsupported", unknown, Verdict.UNSUPPORTED, kind=Kind.UNKNOWN)


def scannable(face: Face) -> bool:
    """Whether the code on this invoice holds all that verifying it takes."""
    return not from_qr(qr.read(write_face(face))).missing


def _sample(
    label: str,
    face: Face,
    verdict: Verdict,
    state: State | None = None,
    style: QrStyle = PLAIN,
) -> Sample:
    payload = write_face(face, style=style)
    return Sample(label, payload, verdict, state, face.kind, _typed(face))


def _typed(face: Face) -> dict[str, str]:
    claim = from_face(face)
    texts = {
        Field.CODE: claim.code,
        Field.NUMBER: claim.number,
        Field.ISSUED_ON: claim.issued_on.isoformat() if claim.issued_on else "",
        Field.AMOUNT: "" if claim.amount is None else format_fen(claim.amount),
        Field.CHECK_CODE: claim.check_code or "",
        Field.SELLER_TAX_ID: claim.seller_tax_id or "",
    }
    return {name.value: text for name, text in texts.items() if text}
