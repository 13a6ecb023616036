"""What all commands share: language, errors as `error[code]: ...`, exit statuses, input lines."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, TypeVar

import typer

from invoices.errors import InvoiceError
from kiosk.cli.plain_run import CONFIG
from kiosk.complaints import BAD_INPUT, CANNOT_TELL, complain, tell
from kiosk.errors import KioskError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from kiosk.config import Config
    from kiosk.i18n import Translate

T = TypeVar("T")

LINE_LIMIT = 4096
"""Bytes read of one input line; more can be no code."""

ConfigOption = Annotated[Path, typer.Option("--config", help="cli.config.help", show_default=True)]
JsonOption = Annotated[bool, typer.Option("--json", help="cli.json.help")]
PayloadArgument = Annotated[
    list[str] | None, typer.Argument(help="cli.payload.help", metavar="[PAYLOAD]...")
]
DEFAULT_CONFIG = Path(CONFIG)


@dataclass(frozen=True, slots=True)
class Frame:
    """The command line's surroundings; `typer.Context.obj` of every command."""

    text: Translate
    language: str
    environ: Mapping[str, str]

    def complain(self, code: str, params: Mapping[str, str]) -> None:
        """One line on standard error: what happened; what to do."""
        complain(self.text, code, params)

    def say(self, line: str) -> None:
        """One line on standard output, at once."""
        print(line, flush=True)  # noqa: T201 - the command line talks here

    def guard(self, action: Callable[[], int]) -> None:
        """Do it and leave with its exit status, or with that of its coded error."""
        try:
            status = action()
        except InvoiceError as error:
            self.complain(error.code, error.params)
            status = BAD_INPUT
        except KioskError as error:
            status = tell(self.text, error)
        except KeyboardInterrupt:
            self.complain("cli.interrupted", {})
            status = CANNOT_TELL
        raise typer.Exit(status)

    def wait(self, work: Coroutine[None, None, T]) -> T:
        """The result of work on an event loop of its own."""
        # `kiosk read` does without the loop and should not wait for it to load.
        import asyncio

        return asyncio.run(work)

    def config(self, path: Path) -> Config:
        """The configuration, with every problem told.

        Raises:
            ConfigError: it cannot be used.
        """
        from kiosk.config_file import load

        return load(path, self.environ)


def frame_of(context: typer.Context) -> Frame:
    """The frame of the running command."""
    frame = context.obj
    if not isinstance(frame, Frame):
        raise KioskError("cli.bug", {"type": "Frame"})
    return frame


def inputs(payloads: Sequence[str] | None, stream: IO[bytes]) -> Iterator[bytes]:
    """The arguments, or without any the lines of a stream: n lines in, n items out."""
    if payloads:
        yield from (os.fsencode(payload) for payload in payloads)
        return
    while line := stream.readline(LINE_LIMIT):
        rest = line
        while len(rest) == LINE_LIMIT and not rest.endswith(b"\n"):
            rest = stream.readline(LINE_LIMIT)
        yield line.rstrip(b"\r\n")
