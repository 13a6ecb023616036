"""What the screens can be told wrongly."""

from __future__ import annotations

from collections.abc import Mapping


class TuiError(Exception):
    """A screen was asked for something it cannot do; `code` is a message key's tail."""

    def __init__(self, code: str, params: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, str] = params or {}
