"""The command line: commands as typer declares them, texts from the catalogues."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

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
from kiosk.cli.help_frame import describe_mistake, translate_frame
from kiosk.complaints import BAD_INPUT, BUG, CANNOT_TELL, OK, language_of
from kiosk.i18n import Catalogues

if TYPE_CHECKING:
    from kiosk.i18n import Translate

COMMANDS = (
    *(demo, run_kiosk, stop, check_config, enrol, read, verify, status, doctor, technician),
    *(sync, journal, packs, slip),
)
"""Modules with `add(app)`, in the order of the help."""

# Typer carries a click of its own, under a private name.
_UsageError: type[Exception] = next(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command; its exit status. No traceback reaches the user."""
    language = language_of(environ)
    frame = Frame(
        Catalogues(domains=("kiosk", "operator", "demo")).translator(language), language, environ
    )
    command = build(frame.text)
    try:
        status = command.main(list(arguments), prog_name="kiosk", standalone_mode=False, obj=frame)
    except _UsageError as error:
        return _explain(frame, error)
    except (KeyboardInterrupt, typer.Abort):
        frame.complain("cli.interrupted", {})
        return CANNOT_TELL
    except BrokenPipeError:
        return CANNOT_TELL
    except Exception as error:  # noqa: BLE001 - the last handler: its type, never its text
        frame.complain("cli.bug", {"type": type(error).__name__})
        return BUG
    return status if isinstance(status, int) else OK


def _explain(frame: Frame, error: Any) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.format_message(), file=sys.stderr)  # noqa: T201 - the command line talks here
    else:
        message = describe_mistake(error.format_message(), frame.text)
        frame.complain("usage.wrong", {"message": message})
    return BAD_INPUT


def _tell_version(value: bool) -> None:  # noqa: FBT001 - as typer calls it
    if value:
        from importlib.metadata import version

        print(f"kiosk (yanpiao) {version('yanpiao')}")  # noqa: T201 - the command line talks here
        raise typer.Exit


def build(text: Translate) -> Any:
    """The command tree with its help in one language."""
    app = typer.Typer(
        help="cli.help",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help="cli.help")(_root)
    for module in COMMANDS:
        module.add(app)
    command = get_command(app)
    for part in _parts(command):
        if part.help:
            part.help = text(part.help)
    translate_frame(command, text)
    return command


def _root(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", help="cli.version.help", is_eager=True, callback=_tell_version),
    ] = False,
) -> None:
    """Stand for the program itself."""
    del version


def _parts(command: Any) -> Iterator[Any]:
    """The command, its options and arguments, and so on down."""
    yield command
    yield from (parameter for parameter in command.params if hasattr(parameter, "help"))
    if isinstance(command, TyperGroup):
        for inner in command.commands.values():
            yield from _parts(inner)
