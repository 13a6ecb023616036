"""A segment: every invoice of one month or day, out of which none can be read without the key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from invoices.pack.container import Expected, read_container
from invoices.pack.finding import STATES, Miss
from invoices.pack.header import PackKind, SectionKind
from invoices.pack.mixing import first_coefficients
from invoices.pack.periods import segment_period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from invoices.pack.container import Container
    from invoices.pack.header import Header
    from invoices.pack.keys import Digester, PackKey
    from invoices.pack.periods import Period
    from invoices.verdict import State

_NORMAL: Final = STATES[0]
_EXC_SHIFT: Final = 16
_EXC_MASK: Final = 63


class Segment:
    """Answers for one segment, over a buffer that must outlive it."""

    def __init__(self, container: Container) -> None:
        header = container.header
        self._container = container
        self.period: Period = segment_period(header.name)
        self._spill = container.spill
        self._label_mask = (1 << header.label) - 1
        self._body_width = header.body
        self._body_mask = (1 << header.body) - 1
        self._other = Miss.MISMATCH if header.label else Miss.UNMATCHED
        self._main = _getter(container, SectionKind.MAIN)
        self._exceptions = _getter(container, SectionKind.EXC)
        self._status = _getter(container, SectionKind.STATUS)

    @classmethod
    def open(
        cls, view: memoryview, keys: Iterable[PackKey], expected: Expected | None = None
    ) -> Segment:
        """Check the whole file and open it. Raises `PackError`, nothing else, on any bytes."""
        container = read_container(view, keys, PackKind.SEGMENT, expected or Expected())
        return cls(container)

    @property
    def header(self) -> Header:
        """What the file says of itself."""
        return self._container.header

    @property
    def digester(self) -> Digester:
        """Makes the digests that this segment is asked with."""
        return self._container.digester

    @property
    def as_of(self) -> datetime:
        """UTC moment of the registry extract."""
        return self._container.as_of

    @property
    def labelled(self) -> bool:
        """Whether it can tell a mismatch from an unknown invoice."""
        return self._label_mask != 0

    def answer(self, h: int, h2: int, bodies: tuple[int, ...]) -> State | Miss:
        """The state of the invoice if one of the 32-bit body digests is its own, else why not."""
        if h in self._spill:
            return self._spilled(h, h2, bodies)
        if self._main is None:
            return Miss.NOT_FOUND
        first = first_coefficients(h)
        value = self._main(h, first)
        if value >> self._body_width != h & self._label_mask:
            return Miss.NOT_FOUND
        mask = self._body_mask
        stored = value & mask
        for body in bodies:
            if body & mask == stored:
                return self._state(h, first)
        return self._other

    def knows(self, h: int, h2: int) -> bool:
        """Whether the label says that the invoice is here, whatever it says."""
        return self.answer(h, h2, ()) is Miss.MISMATCH

    def _state(self, h: int, first: bytes) -> State | Miss:
        if self._exceptions is None or self._status is None:
            return _NORMAL
        if self._exceptions(h, first) != h >> _EXC_SHIFT & _EXC_MASK:
            return _NORMAL
        code = self._status(h, first)
        # No member has another code: the digest met the label and the body by chance.
        return STATES[code] if code < len(STATES) else Miss.NOT_FOUND

    def _spilled(self, h: int, h2: int, bodies: tuple[int, ...]) -> State | Miss:
        for entry in self._spill[h]:
            if entry.h2 == h2:
                said = entry.body in {body & self._body_mask for body in bodies}
                return STATES[entry.code] if said else self._other
        return Miss.NOT_FOUND if self.labelled else Miss.UNMATCHED


def _getter(container: Container, kind: SectionKind) -> Callable[[int, bytes], int] | None:
    function = container.functions.get(kind)
    return None if function is None else function.get
