"""The error base of the server: a stable code, and text parameters that hold nothing sensitive."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HelpdeskError"]


class HelpdeskError(Exception):
    """Something the server says no to, or cannot do.

    ``code`` is dotted and stable ("db.owned"); its text is the message key ``error.<code>``.
    ``params`` fill that text; never an invoice number, amount, tax id, name or check code.
    """

    def __init__(self, code: str, /, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, str] = MappingProxyType(dict(params))
