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


def choose(leased: Collection[str], wanted: str = "") -> str:
    """The prefix to lease beside those that ever were: the next, or `wanted`.

    A wanted prefix that was leased before (the kiosk lost its key, or was fenced) gets the next
    epoch letter: A03, then A03B. So no two kiosks ever write the same record number.

    Raises:
        KiosksError: `kiosks.prefix` for one that cannot be, `kiosks.prefixes` when all are used.
    """
    if wanted and (not _FORM.fullmatch(wanted) or wanted == WEB):
        raise KiosksError("kiosks.prefix")
    offered = _epochs(wanted) if wanted else _numbered()
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
