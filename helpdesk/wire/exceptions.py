"""What waits for a person, as the API tells it: `/api/v1/exceptions`."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

PATH: Final = "/api/v1/exceptions"
NOTE_LENGTH: Final = 500
ID_PATTERN: Final = r"^[A-Z2-7]{10}$"

ExceptionId = Annotated[str, Field(min_length=10, max_length=10, pattern=ID_PATTERN)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ExceptionShown(_Message):
    """One matter: an entry (`told` beside `found`), or entries that share a reason.

    It names verdicts and states only, nothing of an invoice.
    """

    id: ExceptionId
    code: str
    text: str
    kiosk: str
    first_seq: int
    last_seq: int
    entries: int
    told: str | None
    found: str | None
    opened_at: AwareDatetime
    resolved_at: AwareDatetime | None
    note: str


class ExceptionPath(_Message):
    """The id in the address."""

    id: ExceptionId


class ExceptionsQuery(_Message):
    """Open ones, or those that were resolved; `after` is the last id seen."""

    resolved: bool = False
    after: Annotated[str, Field(max_length=10, pattern=r"^([A-Z2-7]{10})?$")] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Exceptions(_Message):
    """The oldest first."""

    exceptions: tuple[ExceptionShown, ...]


class Resolution(_Message):
    """What a person did about it, in their words."""

    note: Annotated[str, Field(min_length=1, max_length=NOTE_LENGTH)]
