"""What can be wrong with a message between kiosk and server."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_NONE: Mapping[str, str] = MappingProxyType({})


class WireError(Exception):
    """A message the two processes have not agreed on.

    Attributes:
        code: stable dotted code such as `op_id.form`.
        params: values for the message `error.<code>`; never anything of an invoice.
    """

    def __init__(self, code: str, params: Mapping[str, str] = _NONE) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
