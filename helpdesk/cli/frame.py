"""What every command shares: options, output, errors, and where its work runs."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO
from unicodedata import category

import typer

from helpdesk.errors import HelpdeskError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from helpdesk.config import Config
    from helpdesk.slices import JsonValue
    from helpdesk.texts import Catalogue

__all__ = [
    "NEGATIVE",
    "UNAVAILABLE",
    "WRONG",
    "ConfigOption",
    "Frame",
    "JsonOption",
    "exit_status",
    "frame_of",
    "visible",
]

NEGATIVE = 1
"""Exit status: a negative answer, or a check that failed."""
WRONG = 2
"""Exit status: bad input or usage."""
UNAVAILABLE = 3
"""Exit status: unavailable, or it cannot be told."""

_STATUS_OF_CODE = {
    "config": WRONG,
    "usage": WRONG,
    "input": WRONG,
    "table": WRONG,
    "demo_data": WRONG,
    "production": NEGATIVE,
    "slip": NEGATIVE,
    "kiosks": WRONG,
    "journal": WRONG,
    "confirm": WRONG,
}
_WRONG_CODES = ("db.url", "keys.exist", "trust.kid", "trust.key_unknown", "trust.root_place")

_NEGATIVE_CODES = ("confirm.declined",)
_PASSING_CODES = ("kiosks.busy", "table.jail")

ConfigOption = Annotated[Path, typer.Option("--config", metavar="FILE")]
JsonOption = Annotated[bool, typer.Option("--json")]

_CONTROLS = re.compile("[\x7f-\x9f]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
"""Controls, marks that turn the direction of writing, halves of characters."""

DEFAULT_CONFIG = Path("config.toml")


def visible(text: str) -> str:
    """Somebody else's text as one that a terminal only shows: it may hold orders to it."""
    return "".join("\ufffd" if category(each) in _UNSEEN else each for each in text)


def exit_status(code: str) -> int:
    """Return the exit status that belongs to an error code."""
    if code in _WRONG_CODES:
        return WRONG
    if code in _NEGATIVE_CODES:
        return NEGATIVE
    if code in _PASSING_CODES:
        return UNAVAILABLE
    return _STATUS_OF_CODE.get(code.partition(".")[0], UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Frame:
    """The surroundings of one command."""

    texts: Catalogue
    environ: Mapping[str, str]
    out: TextIO
    err: TextIO
    inp: TextIO = field(default_factory=lambda: sys.stdin)

    def text(self, key: str, /, **params: str) -> str:
        """Return the sentence for a message key."""
        return self.texts.text(key, **params)

    def say(self, key: str, /, **params: str) -> None:
        """Print a sentence."""
        self.line(self.text(key, **params))

    def line(self, text: str) -> None:
        """Print one line at once: whoever reads a pipe waits for it."""
        self.out.write(text + "\n")
        self.out.flush()

    def json(self, value: Mapping[str, Any]) -> None:
        """Print one object on one line."""
        text = json.dumps(value, ensure_ascii=False)
        # JSON may hold these as they are, but a terminal obeys them.
        self.line(_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text))

    def complain(self, error: HelpdeskError) -> None:
        """Print an error with its stable code and what to do."""
        for code, params in _problems(error):
            sentence = self.text(f"error.{code}", **params)
            self.err.write(f"error[{code}]: {sentence}\n")

    def load(self, path: Path) -> Config:
        """Read the configuration.

        Raises:
            ConfigError: With every problem found.
        """
        from helpdesk.config_file import load  # late: --help should not wait for it

        return load(path, self.environ)

    def run(
        self,
        config: Config,
        name: str,
        params: Mapping[str, JsonValue],
        on_line: Callable[[Mapping[str, JsonValue]], None],
    ) -> None:
        """Run a command of :data:`helpdesk.slices.COMMANDS` and hand over each line it yields.

        On SQLite a running server does the work, because it owns the file; otherwise this
        process opens the database itself.

        Raises:
            HelpdeskError: What the command, the socket or the database reports.
        """
        asyncio.run(_run(config, name, params, on_line))


def frame_of(context: typer.Context) -> Frame:
    """Return the frame that :func:`helpdesk.cli.main` put into the context."""
    frame = context.find_object(Frame)
    if frame is None:
        raise HelpdeskError("usage.frame")
    return frame


def system_frame(texts: Catalogue, environ: Mapping[str, str]) -> Frame:
    """Return a frame on this process's own streams."""
    return Frame(texts, environ, sys.stdout, sys.stderr)


async def _run(
    config: Config,
    name: str,
    params: Mapping[str, JsonValue],
    on_line: Callable[[Mapping[str, JsonValue]], None],
) -> None:
    from helpdesk.control import ControlError, call

    if config.sqlite_path is not None:
        try:
            async for line in call(config.control, name, params):
                on_line(line)
        except ControlError as error:
            if error.code != "control.absent":
                raise
        else:
            return
    async for line in _alone(config, name, params):
        on_line(line)


async def _alone(
    config: Config, name: str, params: Mapping[str, JsonValue]
) -> AsyncIterator[Mapping[str, JsonValue]]:
    from helpdesk.clock import SystemClock
    from helpdesk.ids import SystemIds
    from helpdesk.resources import open_resources
    from helpdesk.slices import COMMANDS

    clock = SystemClock()
    async with open_resources(config, clock, SystemIds(clock)) as resources:
        async for line in COMMANDS[name](resources, params):
            yield line


def _problems(error: HelpdeskError) -> list[tuple[str, Mapping[str, str]]]:
    problems = getattr(error, "problems", None)
    if problems is None:
        return [(error.code, error.params)]
    return [(problem.code, problem.params) for problem in problems]
