"""In which language the demo shows itself: the terminal's, or both where it names none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.i18n import Catalogues

if TYPE_CHECKING:
    from kiosk.i18n import Translate

CHINESE, ENGLISH = "zh_CN", "en"
_NONE = ("C", "POSIX")
"""Beginnings of locale names that name no language: Debian's C.UTF-8 in a container."""


@dataclass(frozen=True, slots=True)
class DemoLanguage:
    """The words of one demo.

    Attributes:
        first: Code of the language that the kiosk's visitors meet first.
        kiosk: That language's sentences: what the screen shows.
        other: Those of the language that F3 changes to.
        say: What the demo itself tells: as `kiosk`, or both languages.
    """

    first: str
    kiosk: Translate
    other: Translate
    say: Translate


def demo_language(environ: Mapping[str, str], catalogues: Catalogues) -> DemoLanguage:
    """The language of a terminal by `LC_ALL`, `LC_MESSAGES` or `LANG`, the first that is set."""
    names = (environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    named = next((name for name in names if name), _NONE[0])
    chinese, english = catalogues.translator(CHINESE), catalogues.translator(ENGLISH)
    if named.startswith("zh"):
        return DemoLanguage(CHINESE, chinese, english, chinese)
    if named.startswith(_NONE):
        return DemoLanguage(CHINESE, chinese, english, _both(chinese, english))
    return DemoLanguage(ENGLISH, english, chinese, english)


def _both(chinese: Translate, english: Translate) -> Callable[..., str]:
    def say(key: str, /, **values: object) -> str:
        return f"{chinese(key, **values)} / {english(key, **values)}"

    return say
