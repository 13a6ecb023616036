"""Findings in words: what is so, and what to do next."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kiosk.checkup.finding import Finding, Level, Part, Size, Value, Why
from kiosk.i18n import Catalogues

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kiosk.i18n import Translate

DOMAINS: Final = ("kiosk", "technician")
MINUTE, HOUR, DAY = 60, 3600, 86400
SHORT: Final = 1
"""Below a second tenths are told."""
STEP: Final = 1024
UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB")
SHELL: Final = re.compile(
    r"\b(?:apt|chmod|chown|df|dmesg|fuser|helpdesk|ip a|journalctl|kiosk (?!run)|ls|mount|mv"
    r"|sudo|systemctl|timedatectl|update-ca-certificates|usermod)\b|\[\w+\]|kiosk\.key|trust\.json"
)
"""What only somebody with a shell and the rights of root can do: commands, files, settings."""
MARKS: Final = {
    Level.OK: "✔",
    Level.NOTE: "·",
    Level.WARNING: "!",
    Level.FAULT: "✖",
    Level.UNKNOWN: "?",
}


class Reader(StrEnum):
    """Who reads: a remedy is told by those means that the reader has."""

    OPERATOR = "operator"
    """At a shell of the kiosk's machine, as root."""
    TECHNICIAN = "technician"
    """Before the kiosk, or at the technician's screen: with keys, without a shell."""


class Words:
    """In one language; `local` gives a moment on the centre's wall clock.

    `text` has the catalogues `technician` and `kiosk`.
    """

    def __init__(
        self,
        text: Translate,
        local: Callable[[datetime], datetime],
        reader: Reader = Reader.OPERATOR,
    ) -> None:
        self._text = text
        self._local = local
        self._reader = reader

    def part(self, part: Part) -> str:
        """What is looked at."""
        return self._text(f"part.{part}")

    def line(self, finding: Finding) -> str:
        """What is so: one sentence."""
        key = f"doctor.{finding.code}"
        if finding.part is Part.CONFIG and finding.level is not Level.OK:
            key = f"error.{finding.code}"
        return self._text(key, **self._values(finding))

    def cure(self, finding: Finding) -> str:
        """What to do next; empty where nothing wants doing."""
        if finding.level in {Level.OK, Level.NOTE}:
            return ""
        code = Part.CONFIG if finding.part is Part.CONFIG else finding.code
        values = self._values(finding)
        told = self._text(f"doctor.{code}.do", **values)
        if self._reader is Reader.OPERATOR:
            return told
        key = f"doctor.{code}.do.keys"
        by_key = self._text(key, **values)
        if by_key != key:
            return by_key
        return self._text("doctor.administrator", do=told) if SHELL.search(told) else told

    def summary(self, findings: Sequence[Finding]) -> str:
        """How it stands in one sentence."""
        asking = sum(each.level in {Level.FAULT, Level.WARNING} for each in findings)
        unknown = sum(each.level is Level.UNKNOWN for each in findings)
        if asking:
            return self._text("doctor.found", asking=asking, unknown=unknown)
        return self._text("doctor.unknown" if unknown else "doctor.well", unknown=unknown)

    def moment(self, moment: datetime) -> str:
        """A moment on the centre's wall clock."""
        return self._local(moment).strftime("%m-%d %H:%M")

    def span(self, span: timedelta) -> str:
        """How long: the two largest units at most."""
        seconds = max(0.0, span.total_seconds())
        if seconds < SHORT:
            return self._text("span.s", s=f"{seconds:.1f}".removesuffix(".0"))
        if seconds < MINUTE:
            return self._text("span.s", s=int(seconds))
        minutes, hours = int(seconds // MINUTE), int(seconds // HOUR)
        if seconds < HOUR:
            return self._text("span.min", min=minutes)
        if seconds < DAY:
            return self._text("span.h", h=hours, min=minutes % 60)
        return self._text("span.d", d=hours // 24, h=hours % 24)

    def _values(self, finding: Finding) -> dict[str, object]:
        return {name: self._value(value) for name, value in finding.params.items()}

    def _value(self, value: Value) -> str:
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, timedelta):
            return self.span(value)
        if isinstance(value, Size):
            return _size(value)
        if isinstance(value, Why):
            return self._why(value)
        return str(value)

    def _why(self, code: str) -> str:
        """In words, where there are some that need no values of their own."""
        for stem in ("reason", "error"):
            words = self._text(f"{stem}.{code}")
            if words != f"{stem}.{code}" and "{" not in words:
                return words.rstrip("。.")
        return code


def words_in(
    language: str,
    local: Callable[[datetime], datetime] = datetime.astimezone,
    reader: Reader = Reader.OPERATOR,
) -> Words:
    """Words of one language. Reads catalogues; raises `CatalogueError`."""
    return Words(Catalogues(language, domains=DOMAINS).translator(language), local, reader)


def _size(size: int) -> str:
    amount, unit = float(size), 0
    while amount >= STEP and unit < len(UNITS) - 1:
        amount, unit = amount / STEP, unit + 1
    return f"{amount:.1f} {UNITS[unit]}"
