"""What the registry allows to happen to an invoice."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from helpdesk.registry.errors import RowError

if TYPE_CHECKING:
    from helpdesk.registry.columns import Entry


class Step(Enum):
    """What importing an entry does."""

    ADD = auto()
    CHANGE = auto()
    NOTHING = auto()


def step(known: Entry | None, told: Entry) -> Step:
    """What becomes of an entry that is told, beside the one that is known.

    Raises:
        RowError: `invoice.changed` for another face, `invoice.state_back` for a state that
            cannot follow the known one.
    """
    if known is None:
        return Step.ADD
    if known.face != told.face:
        raise RowError("invoice.changed")
    if known.state is told.state:
        return Step.NOTHING
    if not known.state.may_become(told.state):
        raise RowError("invoice.state_back")
    return Step.CHANGE
