"""What can go wrong in the kiosk, as coded errors."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_NONE: Mapping[str, str] = MappingProxyType({})


class KioskError(Exception):
    """Base of the kiosk's errors.

    Attributes:
        code: stable dotted code such as `store.owned`; its sentence is `error.<code>`.
        params: values for that sentence; never anything of an invoice or a person.
    """

    def __init__(self, code: str, params: Mapping[str, str] = _NONE) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
