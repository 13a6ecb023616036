"""Reading `config.toml`: every problem of the kiosk's sections at once, each with file and key."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from kiosk.config import KEYS, OTHERS, SECTIONS, UNREAD, Config, Key, PrinterSection
from kiosk.config_values import Example
from kiosk.errors import KioskError

ENVIRONMENT = "YANPIAO_"
_TYPES: Mapping[type, str] = MappingProxyType(
    {bool: "true/false", int: "integer", float: "number", str: "text"}
)
_NUMBERS: Mapping[str, Callable[[str], float]] = MappingProxyType({"int": int, "float": float})
_WORDS: Mapping[str, bool] = MappingProxyType({"true": True, "false": False})


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the configuration; its sentence is `error.<code>`."""

    code: str
    params: Mapping[str, str]


class ConfigError(KioskError):
    """A configuration that cannot be used; `problems` holds all that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems[0].code, problems[0].params)
        self.problems = problems


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """The kiosk's configuration from one file and the environment.

    Raises:
        ConfigError: with every problem found.
    """
    reading = _Reading(str(path))
    tables = _parse(path)
    reading.take_file(tables)
    reading.take_environment(environ)
    reading.take_together()
    if reading.problems:
        raise ConfigError(tuple(reading.problems))
    sections = {name: shape(**reading.values[name]) for name, shape in SECTIONS.items()}
    return Config(folder=path.parent, **sections)


def _parse(path: Path) -> Mapping[str, object]:
    named = {"file": str(path)}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError((Problem("config.missing", named),)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((Problem("config.unreadable", named),)) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        where = {"where": str(error)}
        raise ConfigError((Problem("config.syntax", named | where),)) from error


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
            section, mark, name = variable.removeprefix(ENVIRONMENT).lower().partition("__")
            if variable.startswith(ENVIRONMENT) and mark and section in SECTIONS:
                self._take(variable, section, name, text, as_text=True)

    def take_together(self) -> None:
        """What no single key can say."""
        printer = PrinterSection(**self.values["printer"])
        if printer.kind != "none" and not printer.address:
            self._problem("config.no_address", key="printer.address", kind=printer.kind)
        font = Path(self.file).parent / printer.font
        if printer.font and not font.is_file():
            self._problem("config.no_file", key="printer.font", path=str(font))

    def _take(
        self, origin: str, section: str, name: str, value: object, *, as_text: bool = False
    ) -> None:
        key = next((key for key in KEYS if (key.section, key.name) == (section, name)), None)
        if name in UNREAD.get(section, ()):
            return
        if key is None:
            known = [k.path for k in KEYS]
            self._unknown("config.unknown_key", f"{section}.{name}", known, origin)
            return
        typed = _from_text(key, str(value)) if as_text else _typed(key, value)
        if typed is None:
            kind = _TYPES[type(key.default)]
            self._problem("config.wrong_type", origin, key=key.path, expected=kind)
        elif key.check and (offer := key.check(typed)):
            self._problem(_wrong(typed, offer), origin, key=key.path, expected=offer)
        else:
            self.values[section][name] = typed

    def _unknown(
        self, code: str, key: str, known: tuple[str, ...] | list[str], origin: str = ""
    ) -> None:
        nearest = get_close_matches(key, known, n=1, cutoff=0.0)
        self._problem(code, origin, key=key, nearest=nearest[0])

    def _problem(self, code: str, origin: str = "", **params: str) -> None:
        self.problems.append(Problem(code, {"file": origin or self.file, **params}))


def _wrong(value: str | float, expected: str) -> str:
    """The code for a value that its check refused."""
    if value == "":
        return "config.empty"
    return "config.wrong_form" if isinstance(expected, Example) else "config.wrong_value"


def _typed(key: Key, value: Any) -> str | float | None:
    """The value where it has the type of the key's default: a whole number is a number too."""
    given, wanted = type(value).__name__, type(key.default).__name__
    if (given, wanted) == ("int", "float"):
        return float(value)
    return cast("str | float", value) if given == wanted else None


def _from_text(key: Key, text: str) -> str | float | None:
    if isinstance(key.default, str):
        return text
    if isinstance(key.default, bool):
        return _WORDS.get(text.lower())
    try:
        return _NUMBERS[type(key.default).__name__](text)
    except ValueError:
        return None
