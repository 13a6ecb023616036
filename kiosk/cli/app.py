"""The command line: commands as typer declares them, texts from the catalogues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from kiosk.cli import (
    check_config,
    demo,
    doctor,
    enrol,
    journal,
    packs,
    read,
    run_kiosk,
    slip,
    status,
    stop,
    sync,
    technician,
    verify,
)
from kiosk.cli.frame import Frame
from kiosk.complaints import BUG, language_of
from kiosk.i18n import Catalogues

if TYPE_CHECKING:
    from kiosk.i18n import Translate

COMMANDS = (
    *(demo, run_kiosk, stop, check_config, enrol, read, verify, status, doctor, technician),
    *(sync, journal, packs, slip),
)
"""Modules with `add(app)`, in the order of the help."""


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command; its exit status. No traceback reaches the user."""
    language = language_of(environ)
    frame = Frame(
        Catalogues(domains=("kiosk", "operator", "demo")).translator(language), language, environ
    )
    command = build(frame.text)
    try:
        command.main(list(arguments), prog_name="kiosk", obj=frame)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except Exception as error:  # noqa: BLE001 - the last handler: its type, never its text
        frame.complain("cli.bug", {"type": type(error).__name__})
        return BUG
    return 0


def build(text: Translate) -> Any:
    """The command tree with its help in one language."""
    app = typer.Typer(
        help="cli.help",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    for module in COMMANDS:
        module.add(app)
    command = get_command(app)
    for part in _parts(command):
        if part.help:
            part.help = text(part.help)
    return command


def _parts(command: Any) -> Iterator[Any]:
    """The command, its options and arguments, and so on down."""
    yield command
    yield from (parameter for parameter in command.params if hasattr(parameter, "help"))
    if isinstance(command, TyperGroup):
        for inner in command.commands.values():
            yield from _parts(inner)
