"""A check as a slip: what anyone may read who finds it, and the code that proves and opens it.

Names, amounts, tax ids and all but the last four of the invoice's number stay off the paper.
Chinese leads; the verdict is repeated in English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from invoices.advice import AdviceCode
from invoices.verdict import Verdict
from kiosk.told_text import headline
from printers.characters import width
from printers.document import Block, Document, Feed, Pair, Qr, Rule, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from invoices.check import Check
    from invoices.outcome import Outcome
    from kiosk.clock import Clock
    from kiosk.i18n import Translate
    from kiosk.trust.slip_codes import SlipCode, SlipCodes

_PAUSE = re.compile("(?<=，)|(?=（)")
SHOWN_DIGITS = 4
LARGE_COLUMNS = 16
"""Columns of characters of double width on paper of 58 mm."""


class CentreText(Protocol):
    """Who a slip is from, and whom it tells to call when."""

    @property
    def name(self) -> str:
        """In Chinese."""
        ...

    @property
    def hotline(self) -> str:
        """The telephone number."""
        ...

    @property
    def hours(self) -> str:
        """When somebody answers it."""
        ...


_MOMENT = "%Y-%m-%d %H:%M:%S"
_MINUTE = "%Y-%m-%d %H:%M"
_SCAN = {False: "receipt.scan.kiosk", True: "receipt.scan.phone"}
"""What reads the code on the paper: kiosks, or a phone's camera too."""


@dataclass(frozen=True, slots=True)
class SlipWriter:
    """Writes slips for one centre: `leading` is the slip's language, `other` the second one."""

    centre: Callable[[], CentreText]
    clock: Clock
    leading: Translate
    other: Translate
    codes: SlipCodes

    def write(self, check: Check) -> Document:
        """The slip of a check."""
        return Document(
            blocks=(
                *self._head(check.outcome),
                Rule(),
                *self._facts(check),
                Rule(),
                *self._advice(check.outcome),
                Rule(),
                *self._code(check),
            ),
            reprint_mark=self.leading("receipt.reprint"),
        )

    def _head(self, outcome: Outcome) -> tuple[Block, ...]:
        return (
            Text(self.leading("receipt.title"), align="center", bold=True),
            Text(self.centre().name, align="center"),
            Rule(),
            *_large(self._headline(outcome, self.leading)),
            Text(self._headline(outcome, self.other), align="center"),
        )

    def _headline(self, outcome: Outcome, translate: Translate) -> str:
        as_of = self.clock.local(outcome.as_of).strftime(_MINUTE) if outcome.as_of else ""
        return headline(outcome.told, translate, as_of, dated=outcome.outdated)

    def _facts(self, check: Check) -> list[Block]:
        outcome, claim = check.outcome, check.claim
        facts: list[tuple[str, str]] = []
        if claim and claim.number:
            facts.append(("number", f"****{claim.number[-SHOWN_DIGITS:]}"))
        if claim and claim.issued_on:
            facts.append(("issued_on", claim.issued_on.isoformat()))
        facts.append(("source", self._source(outcome)))
        if outcome.compared:
            names = [self.leading(f"field.{field}") for field in outcome.compared]
            facts.append(("compared", self.leading("receipt.comma").join(names)))
        facts.append(("at", self.clock.local(check.at).strftime(_MOMENT)))
        facts.append(("record", check.record))
        return [Pair(self.leading(f"receipt.{label}"), value) for label, value in facts]

    def _source(self, outcome: Outcome) -> str:
        if outcome.source and outcome.as_of:
            # Whoever reads it reads it later: not even the registry's answer is one of now.
            as_of = self.clock.local(outcome.as_of).strftime(_MINUTE)
            return self.leading(f"receipt.source.{outcome.source}", as_of=as_of)
        if outcome.source:
            return self.leading(f"source.{outcome.source}")
        unasked = outcome.verdict is Verdict.UNAVAILABLE
        return self.leading("receipt.source.none" if unasked else "receipt.source.rule")

    def _advice(self, outcome: Outcome) -> list[Block]:
        bullet = self.leading("receipt.bullet")
        return [Text(bullet + self.leading(_advice_key(code))) for code in outcome.advice]

    def _signature(self, code: SlipCode) -> tuple[Block, ...]:
        if code.kid is None:
            words = [text("receipt.unsigned") for text in (self.leading, self.other)]
        else:
            until = self.clock.local(code.expires).date().isoformat()
            words = [self.leading("receipt.signed", kid=code.kid.hex(), until=until)]
        return tuple(Text(line, align="center") for line in words)

    def _code(self, check: Check) -> tuple[Block, ...]:
        code = self.codes.of(check)
        centre = self.centre()
        contact = self.leading("receipt.contact", hotline=centre.hotline, hours=centre.hours)
        return (
            Qr(code.text),
            *self._signature(code),
            Text(self.leading(_SCAN[code.opens]), align="center"),
            Text(self.leading("receipt.valid"), align="center"),
            Text(contact, align="center"),
            Feed(1),
        )


def _advice_key(code: AdviceCode) -> str:
    """Paper shows no details, so that it says what was compared instead."""
    return "receipt.compare_face" if code is AdviceCode.COMPARE_FACE else f"advice.{code}"


def _large(headline: str) -> list[Block]:
    """The headline in large characters, parted where a reader pauses.

    A printer would cut it wherever the narrowest paper's line ends, inside a word.
    """
    lines = [""]
    for part in _PAUSE.split(headline):
        if lines[-1] and width(lines[-1] + part) > LARGE_COLUMNS:
            lines.append("")
        lines[-1] += part
    return [Text(line, align="center", bold=True, size=2) for line in lines]
