"""The words that typer itself puts around our help and says of mistakes, in our language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_FRAME: Final = (
    (re.compile(r"^Usage: ", re.MULTILINE), "cli.frame.usage"),
    (re.compile(r"^Arguments:$", re.MULTILINE), "cli.frame.arguments"),
    (re.compile(r"^Options:$", re.MULTILINE), "cli.frame.options"),
    (re.compile(r"^Commands:$", re.MULTILINE), "cli.frame.commands"),
    (re.compile(r"\[OPTIONS\]"), "cli.frame.any_options"),
    (re.compile(r"COMMAND \[ARGS\]\.\.\."), "cli.frame.any_command"),
    (re.compile(r"\[required\]"), "cli.frame.required"),
    (re.compile(r"\[default:\s+"), "cli.frame.default"),
    (re.compile(r"Show this message and exit\."), "cli.frame.help"),
    (re.compile(r"<str>"), "cli.frame.text"),
    (re.compile(r"<int( range)?>"), "cli.frame.whole_number"),
    (re.compile(r"<float( range)?>"), "cli.frame.number"),
    (re.compile(r"<path>"), "cli.frame.path"),
)
"""What typer says, and the key of our sentence for it."""

_MISTAKES: Final = (
    (re.compile(r"Missing (?:argument|option|parameter) '?(.+?)'?\.?(?:\s.*)?"), "missing"),
    (re.compile(r"Missing command\."), "no_command"),
    (re.compile(r"No such command '(.+)'\..*"), "command"),
    (re.compile(r"No such option: (\S+).*"), "option"),
    (re.compile(r"Option '(.+)' requires an argument\."), "value_missing"),
    (re.compile(r"Invalid value for '?(.+?)'?: .*"), "value"),
    (re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((.+)\)"), "extra"),
)
"""The same for mistakes: what is named is in the only group."""


def translate_frame(command: Any, text: Callable[..., str]) -> None:
    """Have a command and all below it give their help with the frame in our words."""
    formatted = command.get_help

    def get_help(context: Any) -> str:
        told: str = formatted(context)
        for words, key in _FRAME:
            told = words.sub(text(key).replace("\\", r"\\"), told)
        return told

    command.get_help = get_help
    for inner in getattr(command, "commands", {}).values():
        translate_frame(inner, text)


def describe_mistake(message: str, text: Callable[..., str]) -> str:
    """What typer said of a wrong call, as our sentence; its own where we have none."""
    for words, key in _MISTAKES:
        if found := words.fullmatch(message):
            return text(f"cli.mistake.{key}", name=found[1] if found.groups() else "")
    return message
