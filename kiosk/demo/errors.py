"""What can go wrong while the demo is set up."""

from __future__ import annotations

from collections.abc import Mapping


class DemoError(Exception):
    """A part of the demo did not start or did not answer.

    Attributes:
        code: `demo.<what>`, the key of the sentence is `error.<code>`.
        params: What the sentence names; never invoice data.
    """

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, str] = params
