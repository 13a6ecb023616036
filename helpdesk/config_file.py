"""Reading ``config.toml``: every problem of the server's sections at once, with file and key."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from helpdesk.config import KEYS, OTHERS, SECTIONS, UNREAD, Config, Key
from helpdesk.config_values import Example
from helpdesk.errors import HelpdeskError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["ConfigError", "Problem", "load"]

_PREFIX = "YANPIAO_"
_TYPES = {bool: "true/false", int: "integer", float: "number", str: "text"}
_WORDS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the configuration; its sentence is ``error.<code>``."""

    code: str
    params: Mapping[str, str]


class ConfigError(HelpdeskError):
    """A configuration that cannot be used; ``problems`` holds all that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].code, **problems[0].params)
        self.problems = tuple(problems)


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """Return the server's configuration from one file and the environment.

    Raises:
        ConfigError: With every problem found. Values are never part of a problem: a
            database URL may hold a password.
    """
    reading = _Reading(str(path))
    reading.take_file(_parse(path))
    reading.take_environment(environ)
    if reading.problems:
        raise ConfigError(reading.problems)
    sections = {name: shape(**reading.values[name]) for name, shape in SECTIONS.items()}
    config = Config(folder=path.parent, **sections)
    # Python keeps a zone it has read; the first reading touches the disk, so not in the loop.
    _ = config.centre.zone
    return config


def _parse(path: Path) -> Mapping[str, object]:
    named = {"file": str(path)}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError([Problem("config.missing", named)]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Problem("config.unreadable", named)]) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        # tomllib names line and column; it quotes at most one character of the file.
        where = named | {"where": str(error)[:200]}
        raise ConfigError([Problem("config.syntax", where)]) from error


@dataclass(slots=True)
class _Reading:
    """Values gathered from file and environment, and what was wrong with them."""

    file: str
    values: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {name: {} for name in SECTIONS}
    )
    problems: list[Problem] = field(default_factory=list)

    def take_file(self, tables: Mapping[str, object]) -> None:
        for section, table in tables.items():
            if section in OTHERS:
                continue
            if section not in SECTIONS:
                self._unknown("config.unknown_section", section, (*SECTIONS, *OTHERS))
            elif isinstance(table, dict):
                for name, value in table.items():
                    self._take(self.file, section, name, value)
            else:
                self._problem("config.not_a_section", key=section)

    def take_environment(self, environ: Mapping[str, str]) -> None:
        for variable, text in sorted(environ.items()):
            section, mark, name = variable.removeprefix(_PREFIX).lower().partition("__")
            if variable.startswith(_PREFIX) and mark and section in SECTIONS:
                self._take(variable, section, name, text, as_text=True)

    def _take(
        self, origin: str, section: str, name: str, value: object, *, as_text: bool = False
    ) -> None:
        key = next((key for key in KEYS if (key.section, key.name) == (section, name)), None)
        if name in UNREAD.get(section, ()):
            return
        if key is None:
            known = [known.path for known in KEYS]
            self._unknown("config.unknown_key", f"{section}.{name}", known, origin)
            return
        typed = _from_text(key, str(value)) if as_text else _typed(key, value)
        if typed is None:
            kind = _TYPES[type(key.default)]
            self._problem("config.wrong_type", origin, key=key.path, expected=kind)
        elif key.check and (expected := key.check(typed)):
            self._problem(_wrong(typed, expected), origin, key=key.path, expected=expected)
        else:
            self.values[section][name] = typed

    def _unknown(self, code: str, key: str, known: Sequence[str], origin: str = "") -> None:
        (nearest,) = get_close_matches(key, known, n=1, cutoff=0.0)
        self._problem(code, origin, key=key, nearest=nearest)

    def _problem(self, code: str, origin: str = "", **params: str) -> None:
        self.problems.append(Problem(code, {"file": origin or self.file, **params}))


def _wrong(value: str | float, expected: str) -> str:
    """The code for a value that its check refused."""
    if value == "":
        return "config.empty"
    return "config.wrong_form" if isinstance(expected, Example) else "config.wrong_value"


def _typed(key: Key, value: Any) -> str | float | None:
    """Return the value when it has the type of the key's default; a whole number is a number."""
    if type(value) is int and type(key.default) is float:
        return float(value)
    return value if type(value) is type(key.default) else None


def _from_text(key: Key, text: str) -> str | float | None:
    if isinstance(key.default, str):
        return text
    if isinstance(key.default, bool):
        return _WORDS.get(text.lower())
    try:
        return int(text) if isinstance(key.default, int) else float(text)
    except ValueError:
        return None
