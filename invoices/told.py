"""What of an answer whoever has its slip, or its record number alone, may hear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from invoices.verdict import Source, State, Verdict

if TYPE_CHECKING:
    from datetime import datetime

_LOOKED_FOR: Final = frozenset({Verdict.MATCH, Verdict.MISMATCH, Verdict.NOT_FOUND})
_LIVE: Final = frozenset({Source.REGISTRY, Source.UPSTREAM})


@dataclass(frozen=True, slots=True)
class Told:
    """An answer without anything of the invoice: whether, and on what it rests.

    `source` and `as_of` (UTC) are those of `Outcome`. `outdated`: it rests on a pack whose time
    was over when it answered, so that its normal state is only what it was then.
    """

    verdict: Verdict
    state: State | None = None
    source: Source | None = None
    as_of: datetime | None = None
    outdated: bool = False

    @property
    def dated(self) -> bool:
        """Whether a normal state must be told with its moment, and never plainly.

        Nobody who was asked about the present has said it. What is told of an unknown source is
        told no better than of a pack.
        """
        return self.state is State.NORMAL and self.source not in _LIVE

    @property
    def rests_on(self) -> str:
        """The source's name, or why there is none.

        `none`: nobody could be reached; `rule`: nobody had to be asked; `unknown`: it is not kept.
        """
        if self.source is not None:
            return self.source.value
        if self.verdict is Verdict.UNAVAILABLE:
            return "none"
        return "unknown" if self.verdict in _LOOKED_FOR else "rule"

    @property
    def coherent(self) -> bool:
        """Whether it can be an answer at all.

        A state comes with a match only, a source with its moment, what was looked for with a
        source, and only a pack's normal state can be outdated.
        """
        return (
            (self.state is not None) == (self.verdict is Verdict.MATCH)
            and (self.source is None) == (self.as_of is None)
            and (self.source is not None or self.verdict not in _LOOKED_FOR)
            and (not self.outdated or (self.source is Source.PACK and self.state is State.NORMAL))
        )
