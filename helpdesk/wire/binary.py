"""Bytes in JSON: base64url without padding, in its one spelling."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic_core import core_schema

from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

_ALPHABET: Final = re.compile(r"[A-Za-z0-9_-]*")
_ONE_SPELLING: Final = (
    "^([A-Za-z0-9_-]{4})*([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$"
)
"""Bits of the last character that stand for no byte are 0."""


def to_text(data: bytes) -> str:
    """The bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """The bytes of exactly what `to_text` writes. Raises `WireError` `base64.form`."""
    if not _ALPHABET.fullmatch(text):
        raise WireError(Fault.BASE64_FORM)
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise WireError(Fault.BASE64_FORM) from error
    if to_text(data) != text:
        raise WireError(Fault.BASE64_FORM)
    return data


@dataclass(frozen=True, slots=True)
class Base64:
    """Annotation of a model's member: bytes inside, text in JSON, of `low` to `high` bytes."""

    low: int
    high: int

    def __get_pydantic_core_schema__(
        self, _source: object, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Pydantic's view: checks text or bytes, writes text in JSON."""
        return core_schema.no_info_plain_validator_function(
            self._read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                to_text, when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The OpenAPI view."""
        return {
            "type": "string",
            "format": "base64url",
            "pattern": _ONE_SPELLING,
            "minLength": _characters(self.low),
            "maxLength": _characters(self.high),
        }

    def _read(self, value: object) -> bytes:
        if isinstance(value, str) and len(value) <= _characters(self.high):
            try:
                value = from_text(value)
            except WireError as error:
                # Pydantic wants its own kind; the answer carries the member's pointer only.
                raise ValueError(error.code) from error
        if not isinstance(value, bytes) or not self.low <= len(value) <= self.high:
            raise ValueError(Fault.BASE64_FORM)
        return value


def _characters(count: int) -> int:
    return (count * 8 + 5) // 6


B16 = Annotated[bytes, Base64(16, 16)]
B32 = Annotated[bytes, Base64(32, 32)]
B64 = Annotated[bytes, Base64(64, 64)]
