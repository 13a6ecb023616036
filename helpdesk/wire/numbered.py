"""Typed records whose members travel under small numbers, in one CBOR form only."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import IntEnum
from typing import Annotated, ClassVar, Final, Self, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from helpdesk.wire import strict_cbor
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault

MOMENT_LIMIT: Final = 253_402_300_800
"""The first second of the year 10000."""


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970 UTC, rounded down."""
    return int(moment.timestamp() // 1)


def _moment(value: object) -> object:
    if isinstance(value, int) and 0 <= value < MOMENT_LIMIT:
        return datetime.fromtimestamp(value, UTC)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return datetime.fromtimestamp(seconds(value), UTC)
    # The text reaches no person: pydantic wants one, the answer carries the fault's code.
    raise ValueError("moment")


Moment = Annotated[datetime, BeforeValidator(_moment)]
"""A moment (UTC) of whole seconds."""
Key32 = Annotated[bytes, Field(min_length=32, max_length=32)]
Bytes16 = Annotated[bytes, Field(min_length=16, max_length=16)]
Name = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
"""A centre's, kiosk's or region's short name."""


class Numbered(BaseModel):
    """A record; `NUMBERS` gives each member its number. An absent member is its default.

    Reading is lenient while it builds and strict at the end: what was read must encode to the
    very bytes that came, so nothing unknown, coerced or spelt another way gets in.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    NUMBERS: ClassVar[dict[str, int]]
    DEPTH: ClassVar[int] = 1

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        if not isinstance(value, dict) or not all(isinstance(key, int) for key in value):
            return value
        names = {number: name for name, number in cls.NUMBERS.items()}
        return {names.get(key, f"#{key}"): item for key, item in value.items()}

    def numbered(self) -> dict[int, object]:
        """The members under their numbers, as values of the CBOR subset."""
        given = ((number, getattr(self, name)) for name, number in self.NUMBERS.items())
        return {number: _plain(value) for number, value in given if value is not None}

    def to_cbor(self) -> bytes:
        """The record's one encoding."""
        return strict_cbor.encode(self.numbered())

    @classmethod
    def from_cbor(cls, data: bytes, *, length: int = strict_cbor.LENGTH) -> Self:
        """The record of exactly these bytes.

        Raises:
            WireError: `cbor.*`; `cbor.fields` where the bytes are CBOR but not this record.
        """
        # That the bytes are the one spelling shows below, when the record is encoded.
        value = strict_cbor.decode_any(data, depth=cls.DEPTH, length=length)
        try:
            record = cls.model_validate(value)
        except ValidationError as error:
            raise WireError(Fault.CBOR_FIELDS) from error
        if record.to_cbor() != data:
            raise WireError(Fault.CBOR_FIELDS)
        return record


def _plain(value: object) -> object:
    match value:
        case Numbered():
            return value.numbered()
        case datetime():
            return seconds(value)
        case IntEnum():
            return int(value)
        case tuple():
            return [_plain(item) for item in cast("tuple[object, ...]", value)]
        case _:
            return value
