"""Asking before what cannot be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from helpdesk.errors import HelpdeskError

if TYPE_CHECKING:
    from helpdesk.cli.frame import Frame

__all__ = ["YesOption", "confirm"]

YesOption = Annotated[bool, typer.Option("--yes")]

_LONGEST: Final = 200
"""Characters read of an answer; a name is shorter."""


def confirm(frame: Frame, question: str, name: str) -> None:
    """Go on only when a person at the terminal has typed ``name``; case does not matter.

    Args:
        frame: Where the question is shown and the answer read.
        question: What is about to happen, to whom, and that it cannot be undone.
        name: What the person must type: the thing's own name, so that a wrong one is noticed.

    Raises:
        HelpdeskError: ``confirm.nobody`` where there is no terminal to ask at,
            ``confirm.declined`` for any other answer.
    """
    if not frame.inp.isatty():
        raise HelpdeskError("confirm.nobody", question=question)
    frame.err.write(f"{question}\n{frame.text('cli.confirm.type', name=name)} ")
    frame.err.flush()
    if frame.inp.readline(_LONGEST).strip().casefold() != name.casefold():
        raise HelpdeskError("confirm.declined")
