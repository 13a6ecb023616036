"""How the screens say things: keys, moments, ages and amounts in the language chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from tui.plain_text import plain_text

if TYPE_CHECKING:
    from tui.kiosk.centre import Centre
    from tui.kiosk.ports import Clock, Health, Translate

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


@dataclass(frozen=True, slots=True)
class Wording:
    """One language, with the clock by which moments are told."""

    language: str
    translate: Translate
    clock: Clock

    def text(self, key: str, **values: object) -> str:
        """The sentence of a key; its values may come from anywhere."""
        shown = {name: plain_text(str(value)) for name, value in values.items()}
        said = self.translate(key, **shown)
        return plain_text(said) if said == key else said

    def say(self, key: str, **values: object) -> Content:
        """The sentence of a key as text that is never read as markup."""
        return Content(self.text(key, **values))

    def name_of(self, centre: Centre) -> str:
        """The centre's name; its English one in every language but Chinese."""
        return plain_text(centre.name if self.language.startswith("zh") else centre.name_en)

    def moment(self, at: datetime) -> str:
        """A moment on the centre's wall clock, to the second."""
        return self.clock.local(at).strftime("%Y-%m-%d %H:%M:%S")

    def minute(self, at: datetime) -> str:
        """A moment on the centre's wall clock, to the minute."""
        return self.clock.local(at).strftime("%Y-%m-%d %H:%M")

    def wall_clock(self, at: datetime) -> str:
        """Hour and minute on the centre's wall clock."""
        return self.clock.local(at).strftime("%H:%M")

    def age(self, seconds: float) -> str:
        """How long ago, in the largest unit that is not zero."""
        if seconds < _MINUTE:
            return self.text("age.moment")
        if seconds < _HOUR:
            return self.text("age.minutes", count=int(seconds // _MINUTE))
        if seconds < _DAY:
            return self.text("age.hours", count=int(seconds // _HOUR))
        return self.text("age.days", count=int(seconds // _DAY))

    def link(self, health: Health | None, *, brief: bool = False) -> str:
        """The link's state in words, with its age where it is bad news.

        `brief`: where it takes the place of something else, no more than what answers hang on.
        """
        if health is None:
            return self.text("link.unknown")
        if health.since is None or health.link == "online":
            return self.text(f"link.{health.link}")
        age = self.age((self.clock.now() - health.since).total_seconds())
        if health.link == "offline" and health.data_as_of is not None:
            day = self.clock.local(health.data_as_of).strftime("%m-%d")
            key = "link.offline.data.brief" if brief else "link.offline.data"
            return self.text(key, age=age, day=day)
        return self.text(f"link.{health.link}.since", age=age)
