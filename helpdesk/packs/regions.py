"""Key regions: which invoices share the secret of a pack, so that one theft opens no more."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self

from helpdesk.packs.errors import PacksError

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST: Final = 64
"""Key regions of one installation; there are 36 tax regions."""
_NAME: Final = re.compile(r"[a-z][a-z0-9]{0,15}")
_TAX_REGION: Final = re.compile(r"[0-9]{2,4}")


@dataclass(frozen=True, slots=True)
class KeyRegions:
    """Key regions by the tax regions they hold; `rest` takes every other invoice."""

    held: Mapping[str, str]
    rest: str | None
    names: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `all`, or `north:11,12; south:44; rest`: names with the starts of tax regions.

        Raises:
            PacksError: `packs.regions` for anything else, a tax region named twice, or more than
                `MOST` names.
        """
        held: dict[str, str] = {}
        rest: str | None = None
        names: list[str] = []
        for part in text.split(";"):
            name, mark, codes = (each.strip() for each in part.partition(":"))
            given = [code.strip() for code in codes.split(",")] if mark else []
            if not _NAME.fullmatch(name) or name in names or (not mark and rest is not None):
                raise PacksError("packs.regions")
            if not all(_TAX_REGION.fullmatch(code) for code in given) or held.keys() & given:
                raise PacksError("packs.regions")
            names.append(name)
            held |= dict.fromkeys(given, name)
            rest = rest if mark else name
        if len(names) > MOST:
            raise PacksError("packs.regions")
        return cls(MappingProxyType(held), rest, tuple(names))

    def of(self, tax_region: str) -> str | None:
        """The key region of an invoice; None where no region takes it, so no pack holds it."""
        for length in range(len(tax_region), 1, -1):
            if tax_region[:length] in self.held:
                return self.held[tax_region[:length]]
        return self.rest
