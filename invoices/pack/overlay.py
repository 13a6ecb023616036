"""An overlay: invoices whose state changed after their segment was built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoices.pack.container import Expected, read_container
from invoices.pack.finding import StatusCode
from invoices.pack.header import OVERLAY_LABEL, STATUS_WIDTH, PackKind, SectionKind
from invoices.pack.mixing import first_coefficients
from invoices.pack.periods import overlay_day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from invoices.pack.container import Container
    from invoices.pack.header import Header
    from invoices.pack.keys import Digester, PackKey

_LABEL_MASK = (1 << OVERLAY_LABEL) - 1
_CODE_MASK = (1 << STATUS_WIDTH) - 1


class Overlay:
    """Answers for one overlay, over a buffer that must outlive it."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self.day: date = overlay_day(container.header.name)
        function = container.functions.get(SectionKind.OVERLAY)
        self._get = None if function is None else function.get

    @classmethod
    def open(
        cls, view: memoryview, keys: Iterable[PackKey], expected: Expected | None = None
    ) -> Overlay:
        """Check the whole file and open it. Raises `PackError`, nothing else, on any bytes."""
        container = read_container(view, keys, PackKind.OVERLAY, expected or Expected())
        return cls(container)

    @property
    def header(self) -> Header:
        """What the file says of itself; it holds every change after `since` up to `as_of`."""
        return self._container.header

    @property
    def digester(self) -> Digester:
        """Makes the digests that this overlay is asked with."""
        return self._container.digester

    @property
    def as_of(self) -> datetime:
        """UTC moment up to which every change is in it."""
        return self._container.as_of

    def code(self, h: int, h2: int) -> StatusCode | None:
        """The changed status of an invoice; None if the overlay does not mention it."""
        for entry in self._container.spill.get(h, ()):
            if entry.h2 == h2:
                return StatusCode(entry.code)
        if h in self._container.spill or self._get is None:
            return None
        value = self._get(h, first_coefficients(h))
        code = value & _CODE_MASK
        if value >> STATUS_WIDTH != h & _LABEL_MASK or code > StatusCode.WITHDRAWN:
            return None
        return StatusCode(code)
