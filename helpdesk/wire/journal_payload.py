"""The base of what a journal entry can say."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class JournalPayload(BaseModel):
    """The base of every kind's content; `KIND` is its name in the journal, for ever."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    KIND: ClassVar[str]
