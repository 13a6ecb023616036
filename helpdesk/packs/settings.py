"""What a pack is built with: its name, key, dials and moments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from helpdesk.packs.errors import PacksError
from invoices.pack.errors import PackError
from invoices.pack.header import BODY_WIDTHS, LABEL_WIDTHS, LATEST
from invoices.pack.keys import MOST_ROUNDS
from invoices.pack.periods import overlay_day, segment_period

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from invoices.pack.keys import Digester

LABEL: Final = 16
BODY: Final = 32


@dataclass(frozen=True, slots=True)
class Moments:
    """Aware datetimes: made, state of the registry, and (overlays) changes later than."""

    issued_at: datetime
    as_of: datetime
    since: datetime | None = None

    def seconds(self) -> tuple[int, int, int]:
        """The three as seconds since 1970. Raises `PacksError` `packs.settings`."""
        issued_at, as_of = int(self.issued_at.timestamp()), int(self.as_of.timestamp())
        since = 0 if self.since is None else int(self.since.timestamp())
        if not 0 <= since <= as_of <= issued_at <= LATEST:
            raise PacksError("packs.settings", setting="moments")
        return issued_at, as_of, since


@dataclass(frozen=True, slots=True)
class PackSettings:
    """One file to build.

    Attributes:
        name: segment or overlay id, see `invoices.pack.periods`.
        digester: makes the digests that the records hold.
        label: f1, bits that tell "no such invoice" from "not what it says"; 0 drops the label.
        body: f2, bits that guard against an altered invoice.
        extract_key: of the hash of all records, which no kiosk has.
    """

    name: str
    digester: Digester
    moments: Moments
    label: int = LABEL
    body: int = BODY
    extract_key: bytes = field(kw_only=True, repr=False)

    def check_segment(self) -> None:
        """Raises `PacksError` `packs.settings` for what a segment cannot have."""
        self._check_name(segment_period)
        if self.label not in LABEL_WIDTHS or self.body not in BODY_WIDTHS:
            raise PacksError("packs.settings", setting="widths")

    def check_overlay(self) -> None:
        """Raises `PacksError` `packs.settings` for what an overlay cannot have."""
        self._check_name(overlay_day)

    def _check_name(self, parse: Callable[[str], object]) -> None:
        try:
            parse(self.name)
        except PackError as error:
            raise PacksError("packs.settings", setting="name") from error
        if not 0 <= self.digester.rounds <= MOST_ROUNDS:
            raise PacksError("packs.settings", setting="rounds")
