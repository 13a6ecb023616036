"""What can go wrong on the way to paper."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class PrinterError(Exception):
    """Base of this package; `code` is dotted, `params` never hold what a slip says."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, str] = MappingProxyType(params)


class DocumentError(PrinterError):
    """A document, profile or address that cannot be printed as it stands."""


class PortError(PrinterError):
    """The device cannot be opened, or is gone; the port must be opened anew."""


class StalledError(PortError):
    """The device is there and took no bytes before the deadline."""


class LedgerError(PrinterError):
    """What a `Ledger` raises when it cannot read or keep a record."""


class RetryError(PrinterError):
    """This job cannot be printed again: unknown, still under way, or without a mark."""
