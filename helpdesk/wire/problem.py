"""The error document of every answer that is not a success (RFC 9457 and a stable code)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

CONTENT_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """One member of the request that was not as agreed."""

    model_config = ConfigDict(frozen=True)

    pointer: str
    """JSON pointer into the request's body, such as `/number`."""
    code: str
    """What is wrong with it, such as `string_too_long`."""


class Problem(BaseModel):
    """What happened and, where it helps, which members of the request were wrong.

    It never repeats a value of the request.
    """

    model_config = ConfigDict(frozen=True)

    type: str = "about:blank"
    title: str
    status: int = Field(ge=400, le=599)
    code: str
    """Stable dotted code such as `idempotency.mismatch`; clients decide by it alone."""
    detail: str = ""
    """A sentence in the caller's language."""
    errors: list[FieldProblem] = []
