"""Which prefix a kiosk is leased: none is ever leased twice, W is the web's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from helpdesk.kiosks.errors import KiosksError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

WEB: Final = "W"

_FORM: Final = re.compile(r"[A-Z][A-Z0-9]{0,5}")
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVXYZ"
_EPOCHS: Final = "BCDEFGHJKLMNPQRSTUVWXYZ"
_LONGEST: Final = 6


def is_prefix(text: str) -> bool:
    """Whether a kiosk can have this prefix."""
    return _FORM.fullmatch(text) is not None and text != WEB


def choose(leased: Collection[str], wanted: str = "", named: Collection[str] = ()) -> str:
    """The prefix to lease beside those that ever were: the next, or `wanted`.

    The next is none of those by which kiosks that are not enrolled have `named` themselves:
    they have written record numbers under it. Who asks for such a one enrols that very kiosk.

    A wanted prefix that was leased before (the kiosk lost its key, or was fenced) gets the next
    epoch letter: A03, then A03B. So no two kiosks ever write the same record number.

    Raises:
        KiosksError: `kiosks.prefix` for one that cannot be, `kiosks.prefixes` when all are used.
    """
    if wanted and not is_prefix(wanted):
        raise KiosksError("kiosks.prefix")
    offered = _epochs(wanted) if wanted else (new for new in _numbered() if new not in named)
    for prefix in offered:
        if prefix not in leased:
            return prefix
    raise KiosksError("kiosks.prefixes")


def _numbered() -> Iterator[str]:
    return (f"{letter}{number:02d}" for letter in _LETTERS for number in range(1, 100))


def _epochs(wanted: str) -> Iterator[str]:
    yield wanted
    if len(wanted) < _LONGEST:
        yield from (wanted + letter for letter in _EPOCHS)
