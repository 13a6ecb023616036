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
_ANY: Final = "[A-Za-z0-9_-]"
_LAST: Final = ("", "[AQgw]", "[AEIMQUYcgkosw048]")
"""The last character after so many bytes over: bits that stand for no byte are 0."""
_ENDS: Final = f"{_ANY}{_LAST[1]}|{_ANY}{{2}}{_LAST[2]}"


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
            "pattern": _spelling(self.low, self.high),
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


def _spelling(low: int, high: int) -> str:
    """The pattern of the one spelling of so many bytes, by which texts can also be made."""
    if low == high:
        last = _LAST[low % 3]
        return f"^{_ANY}{{{_characters(low) - bool(last)}}}{last}$"
    end = f"({_ENDS}|{_ANY}{{4}})" if low else f"({_ENDS})?"
    return f"^({_ANY}{{4}})*{end}$"


B16 = Annotated[bytes, Base64(16, 16)]
B32 = Annotated[bytes, Base64(32, 32)]
B64 = Annotated[bytes, Base64(64, 64)]
