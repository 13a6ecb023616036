"""What the server says of the centre and of the rules of a check: in force at once, no restart."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from helpdesk.wire.topics import CentreInfo, CheckRules
from invoices.rules import Policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.sync.pull import Values

logger = logging.getLogger(__name__)

_KEY: Final = ""
"""These topics say one thing, under the empty key."""
_Shape = TypeVar("_Shape", bound=BaseModel)
_Used = TypeVar("_Used")


class ServerWord(Generic[_Shape, _Used]):
    """One such topic: `now` is what the server said last, before that what is configured."""

    def __init__(
        self, shape: type[_Shape], configured: _Used, used: Callable[[_Shape], _Used]
    ) -> None:
        self._shape = shape
        self._used = used
        self._configured = configured
        self._listeners: list[Callable[[_Used], None]] = []
        self.now = configured

    def listen(self, heard: Callable[[_Used], None]) -> None:
        """Call `heard` with what counts now, and at every change."""
        self._listeners.append(heard)
        heard(self.now)

    async def follow(self, values: Values) -> None:
        """Take what the topic says; what cannot be read leaves what counted before."""
        now = self._configured
        if _KEY in values:
            try:
                now = self._used(self._shape.model_validate(values[_KEY]))
            except ValidationError:
                logger.error("the server's %s cannot be read", self._shape.__name__)  # noqa: TRY400 - its text quotes the value
                return
        if now != self.now:
            self.now = now
            for heard in self._listeners:
                heard(now)


def rules_by(configured: Policy) -> ServerWord[CheckRules, Policy]:
    """The rules of a check."""
    return ServerWord(CheckRules, configured, _policy)


def centre_by(configured: CentreInfo) -> ServerWord[CentreInfo, CentreInfo]:
    """The centre as people read it."""
    return ServerWord(CentreInfo, configured, lambda told: told)


def _policy(told: CheckRules) -> Policy:
    return Policy(told.next_day, told.years or None, told.daily_limit or None)
