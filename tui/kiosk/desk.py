"""What a screen may ask of the app that shows it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from invoices.claim import Claim
    from invoices.kinds import Field
    from tui.kiosk.centre import Centre
    from tui.kiosk.ports import Entry, Health, Ports
    from tui.kiosk.wording import Wording


class Desk(Protocol):
    """The app, as its screens see it: what is known, and where one can go."""

    @property
    def wording(self) -> Wording:
        """Sentences in the language chosen now."""

    @property
    def languages(self) -> Sequence[str]:
        """The languages on offer."""

    @property
    def ports(self) -> Ports | None:
        """`None` until the kiosk behind the screens is ready."""

    @property
    def centre(self) -> Centre:
        """Who runs this kiosk."""

    @property
    def health(self) -> Health | None:
        """The latest news of link, printer and scanner."""

    @property
    def seconds_left(self) -> int:
        """Seconds until everything is cleared if nobody does anything."""

    def now(self) -> datetime:
        """The present moment, UTC."""

    def today(self) -> date:
        """The centre's business day."""

    def go_home(self) -> None:
        """To the tiles."""

    def go_verify(self, claim: Claim | None = None, entry: Entry | None = None) -> None:
        """To the questions; `claim` holds what is known already and how it came in."""

    def go_history(self) -> None:
        """To earlier checks."""

    def correct(self, claim: Claim, field: Field) -> None:
        """To the questions once more, at one of them, with the answers of this claim offered."""

    def go_help(self) -> None:
        """To the answers about this kiosk, over the page."""

    def submit(self, claim: Claim, entry: Entry) -> None:
        """Check a complete claim and show the result."""

    def find(self, record: str, token: str | None) -> None:
        """Show an earlier check."""

    def receive_scan(self, data: bytes) -> None:
        """A scan, as if the scanner had sent it."""

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Run it beside the screens, whichever of them stays."""

    def choose_language(self, language: str) -> None:
        """Speak this language from now on, on every screen."""

    def stay(self) -> None:
        """Somebody is still here."""

    def end_demo(self) -> None:
        """End the app; does nothing on a kiosk without a sheet of samples."""

    def leave(self) -> None:
        """Clear everything and go back to the start."""
