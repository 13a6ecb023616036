"""The command line of the server."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from helpdesk.cli import (
    check_config,
    demo_data,
    exceptions,
    import_,
    journal,
    keys,
    kiosks,
    migrate,
    openapi,
    packs,
    serve,
    slips,
)
from helpdesk.cli.frame import UNAVAILABLE, WRONG, exit_status, system_frame
from helpdesk.cli.help_frame import describe_mistake, translate_frame
from helpdesk.errors import HelpdeskError
from helpdesk.logs import places
from helpdesk.texts import DEFAULT_LANGUAGE, load_texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from helpdesk.cli.frame import Frame
    from helpdesk.texts import Catalogue

__all__ = ["MODULES", "build", "main"]

NO_LANGUAGE = ("zh", "C", "POSIX")
"""Beginnings of locale names that leave us with the centre's own language."""

MODULES = (
    serve,
    migrate,
    demo_data,
    import_,
    check_config,
    openapi,
    keys,
    slips,
    packs,
    kiosks,
    exceptions,
    journal,
)
"""Each has ``add(app)``."""

_INTERRUPTED = 130

# Typer carries a click of its own, under a private name.
_UsageError: type[Exception] = next(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)


def main() -> None:
    """Run the command line of this process and exit with its status.

    What it writes is its own account's alone to read: databases, packs, logs.
    """
    os.umask(0o077)
    texts = load_texts().of(_language(os.environ))
    sys.exit(run(sys.argv[1:], system_frame(texts, os.environ)))


def run(arguments: Sequence[str], frame: Frame) -> int:
    """Run one command and return its exit status; no traceback leaves this function."""
    command = build(frame.texts)
    try:
        status = command.main(list(arguments), "helpdesk", standalone_mode=False, obj=frame)
    except _UsageError as error:
        return _explain(frame, error)
    except HelpdeskError as error:
        frame.complain(error)
        return exit_status(error.code)
    except (KeyboardInterrupt, typer.Abort):
        return _INTERRUPTED
    except BrokenPipeError:
        return UNAVAILABLE
    except Exception as error:  # noqa: BLE001 - the last resort: told as an error of ours
        where = places(error)
        frame.complain(HelpdeskError("server.crash", error=where["error"], at=where["at"][-1]))
        return UNAVAILABLE
    return status if isinstance(status, int) else 0


def _explain(frame: Frame, error: Any) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        frame.err.write(error.format_message() + "\n")
    else:
        message = describe_mistake(error.format_message(), frame.texts.text)
        frame.complain(HelpdeskError("usage.wrong", message=message))
    return WRONG


def build(texts: Catalogue) -> Any:
    """Return the command tree with its help in one language."""
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for module in MODULES:
        module.add(app)
    command = typer.main.get_command(app)
    _translate(command, texts, "cli")
    translate_frame(command, texts.text)
    return command


def _tell_version(value: bool) -> None:  # noqa: FBT001 - as typer calls it
    if value:
        from importlib.metadata import version

        print(f"helpdesk (yanpiao) {version('yanpiao')}")  # noqa: T201 - the command line talks here
        raise typer.Exit


def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version)
    ] = False,
) -> None:
    """Stand for the program itself."""
    del version


def _translate(command: Any, texts: Catalogue, key: str) -> None:
    """Fill in help by keys ``cli.<command>.help`` and ``cli.option.<name>``."""
    command.help = texts.text(f"{key}.help")
    command.short_help = None
    for parameter in command.params:
        own = f"{key}.{parameter.name}"
        found = texts.text(own)
        parameter.help = found if found != own else texts.text(f"cli.option.{parameter.name}")
    for name, each in getattr(command, "commands", {}).items():
        _translate(each, texts, f"{key}.{name.replace('-', '_')}")


def _language(environ: Mapping[str, str]) -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name):
            return DEFAULT_LANGUAGE if value.startswith(NO_LANGUAGE) else "en"
    return DEFAULT_LANGUAGE
