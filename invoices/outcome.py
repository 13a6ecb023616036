"""The answer to one verification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from invoices.advice import AdviceCode
from invoices.told import Told
from invoices.verdict import State, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from invoices.face import Details
    from invoices.kinds import Field
    from invoices.verdict import Source


@dataclass(frozen=True, slots=True)
class Outcome:
    """Verdict and what goes with it.

    `state` and `details` are there only with a match, `source` only where someone was asked;
    `as_of` (UTC) is the moment the source's data are from; `compared` names what was compared.
    """

    verdict: Verdict
    state: State | None
    source: Source | None
    as_of: datetime | None
    compared: tuple[Field, ...]
    advice: tuple[AdviceCode, ...]
    details: Details | None

    @property
    def valid(self) -> bool:
        """Whether the invoice is genuine as far as known, and in force."""
        return self.verdict is Verdict.MATCH and self.state is State.NORMAL

    @property
    def outdated(self) -> bool:
        """Whether the state is only what it was at `as_of`: the pack that knew it had expired."""
        return AdviceCode.PACK_OUTDATED in self.advice

    @property
    def told(self) -> Told:
        """The part of it that anyone may hear."""
        return Told(self.verdict, self.state, self.source, self.as_of, self.outdated)
