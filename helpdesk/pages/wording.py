"""Words of one page: its catalogue, and moments on the centre's wall clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpdesk.pages.page import Fact, Tone
from invoices.money import format_fen
from invoices.verdict import State, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from helpdesk.texts import Catalogue
    from invoices.claim import Claim
    from invoices.face import Details
    from invoices.kinds import Field
    from invoices.told import Told


@dataclass(frozen=True, slots=True)
class Wording:
    """`texts` in the reader's language, `zone` the centre's."""

    texts: Catalogue
    zone: ZoneInfo

    def text(self, key: str, /, **params: str) -> str:
        """The sentence of a key."""
        return self.texts.text(key, **params)

    def minute(self, moment: datetime) -> str:
        """A moment to the minute."""
        return moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

    def result(self, told: Told, *, dated: bool) -> str:
        """Verdict and state; `dated`: normal is said to have been so as of a moment."""
        verdict = self.text(f"verdict.{told.verdict}")
        if told.state is None:
            return verdict
        if dated and told.state is State.NORMAL and told.as_of is not None:
            return self.text("receipt.then_normal", verdict=verdict, as_of=self.minute(told.as_of))
        state = self.text(f"state.{told.state}")
        return self.text("receipt.with_state", verdict=verdict, state=state)

    def basis(self, told: Told, kiosk: str) -> tuple[str, ...]:
        """By which source and as of when, in the words of kiosk and command line."""
        as_of = "" if told.as_of is None else self.minute(told.as_of)
        line = self.text(f"told.source.{told.rests_on}", as_of=as_of, kiosk=kiosk)
        return (line, self.text("told.outdated")) if told.outdated else (line,)

    def fact(self, label: str, value: str) -> Fact:
        """One line under the label of `page.label.<label>`."""
        return Fact(self.text(f"page.label.{label}"), value)

    def compared(self, fields: Iterable[Field]) -> tuple[Fact, ...]:
        """Which fields were compared; none where nothing was."""
        names = [self.text(f"field.{field}") for field in fields]
        return (self.fact("compared", self.text("page.comma").join(names)),) if names else ()

    def invoice(self, details: Details) -> tuple[Fact, ...]:
        """The invoice as registered; only a match has these."""
        rows = {
            "kind": self.text(f"kind.{details.kind}"),
            "number": f"{details.code} {details.number}".strip(),
            "issued_on": details.issued_on.isoformat(),
            "net": format_fen(details.net),
            "tax": format_fen(details.tax),
            "total": format_fen(details.total),
            "check_code": f"…… {details.check_code}" if details.check_code else "",
            "seller": details.seller_name,
        }
        return self._facts(rows)

    def claimed(self, claim: Claim) -> tuple[Fact, ...]:
        """What was asked about."""
        rows = {
            "number": f"{claim.code} {claim.number}".strip(),
            "issued_on": "" if claim.issued_on is None else claim.issued_on.isoformat(),
            "amount": "" if claim.amount is None else format_fen(claim.amount),
            "check_code": f"…… {claim.check_code}" if claim.check_code else "",
            "seller_tax_id": claim.seller_tax_id or "",
        }
        return self._facts(rows)

    def _facts(self, rows: dict[str, str]) -> tuple[Fact, ...]:
        return tuple(self.fact(label, value) for label, value in rows.items() if value)


def tone_of(told: Told, *, present: bool) -> Tone:
    """How an answer looks; only what holds at present may look good."""
    if told.verdict is Verdict.MATCH:
        if told.state is not State.NORMAL:
            return Tone.CAUTION
        return Tone.GOOD if present else Tone.PLAIN
    return Tone.BAD if told.verdict is Verdict.MISMATCH else Tone.CAUTION
