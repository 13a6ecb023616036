"""Errors told to whoever started the program, and the exit status that goes with each."""

from __future__ import annotations

import sys
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.errors import KioskError
    from kiosk.i18n import Translate

OK, NEGATIVE, BAD_INPUT, CANNOT_TELL = 0, 1, 2, 3
BUG = CANNOT_TELL

_STATUS: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("config", "cli", "scan", "enrolment", "export"), BAD_INPUT),
        **dict.fromkeys(("printing", "sync", "production"), NEGATIVE),
        "trust.file": BAD_INPUT,
    }
)
"""By the code or its first word; all others are `CANNOT_TELL`."""
_NO_LANGUAGE = ("zh", "C", "POSIX")
"""Beginnings of locale names that leave us with the centre's own language."""


def language_of(environ: Mapping[str, str]) -> str:
    """Chinese on a terminal that is Chinese or names no language, else English."""
    names = (environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    named = next((name for name in names if name), "C")
    return "zh_CN" if named.startswith(_NO_LANGUAGE) else "en"


def texts(environ: Mapping[str, str]) -> Translate:
    """The sentences in the language of whoever started the program."""
    from kiosk.i18n import Catalogues

    language = language_of(environ)
    return Catalogues(language, domains=("kiosk",)).translator(language)


def complain(text: Translate, code: str, params: Mapping[str, str]) -> None:
    """One line on standard error: what happened; what to do."""
    line = f"error[{code}]: {text(f'error.{code}', **params)}"
    print(line, file=sys.stderr)  # noqa: T201 - here the program talks to who started it


def tell(text: Translate, error: KioskError) -> int:
    """Every problem of an error, a line each; the exit status for it."""
    for problem in getattr(error, "problems", (error,)):
        complain(text, problem.code, problem.params)
    return _STATUS.get(error.code, _STATUS.get(error.code.partition(".")[0], CANNOT_TELL))
