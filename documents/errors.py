"""What can be wrong with a file from outside: a stable code and text parameters."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

DAMAGED: Final = "document.damaged"
"""The file is not of the kind it claims to be, or a reader failed on it."""
TIME: Final = "document.time"
"""Reading it took longer than its limits allow."""
MEMORY: Final = "document.memory"
"""Reading it needs more memory than its limits allow."""
JAIL: Final = "document.jail"
"""The process that reads documents could not be started, or broke."""


class DocumentError(Exception):
    """A document that is not read.

    ``code`` is dotted and stable; ``params`` never hold content of the document beyond the name
    of a cell.
    """

    def __init__(self, code: str, /, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, str] = MappingProxyType(dict(params))
