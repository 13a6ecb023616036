"""Why a pack file is refused."""

from __future__ import annotations

from enum import StrEnum

from invoices.errors import InvoiceError


class PackFault(StrEnum):
    """All codes of `PackError`; each needs a sentence under `error.<code>` in the catalogues."""

    TRUNCATED = "pack.truncated"
    MAGIC = "pack.magic"
    VERSION = "pack.version"
    DAMAGED = "pack.damaged"
    LAYOUT = "pack.layout"
    ID = "pack.id"
    PRF = "pack.prf"
    KEY = "pack.key"
    FOREIGN_KEY = "pack.foreign_key"
    CANONICAL = "pack.canonical"
    UNEXPECTED = "pack.unexpected"
    ROLLED_BACK = "pack.rolled_back"
    DUPLICATE = "pack.duplicate"


class PackError(InvoiceError):
    """A pack cannot be trusted, so no part of it is. `code` is a `PackFault`."""
