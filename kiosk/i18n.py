"""Message keys to sentences, from the compiled catalogues beside this module."""

from __future__ import annotations

import gettext
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kiosk.errors import KioskError

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path(__file__).parent / "locale"
LANGUAGES = ("zh_CN", "en")
DOMAINS = ("kiosk", "tui")


class Translate(Protocol):
    """Message key to sentence in one language; an unknown key comes back as it is."""

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence with `values` in its named places."""


class CatalogueError(KioskError):
    """A catalogue that is not there: `catalogue.missing`."""


class Catalogues:
    """All catalogues of the languages on offer, read once; `first` becomes the default."""

    def __init__(
        self,
        first: str = LANGUAGES[0],
        domains: Sequence[str] = DOMAINS,
        folder: Path = FOLDER,
    ) -> None:
        """Read the files.

        Raises:
            CatalogueError: one is missing or no catalogue.
        """
        self._languages = (first, *(code for code in LANGUAGES if code != first))
        self._translators = {
            code: _Translator(_catalogue(folder, code, domains)) for code in self._languages
        }

    @property
    def languages(self) -> Sequence[str]:
        """Language codes in the order to offer them."""
        return self._languages

    def translator(self, language: str) -> Translate:
        """The translator of one of `languages`."""
        return self._translators[language]


class _Translator:
    def __init__(self, catalogue: gettext.NullTranslations) -> None:
        self._catalogue = catalogue

    def __call__(self, key: str, /, **values: object) -> str:
        # The empty key is the catalogue's own header.
        text = self._catalogue.gettext(key) if key else key
        # A value the caller forgot shows as a dash rather than as a crash.
        return text.format_map(defaultdict(lambda: "–", values)) if values else text


def _catalogue(folder: Path, language: str, domains: Sequence[str]) -> gettext.NullTranslations:
    whole = gettext.NullTranslations()
    for domain in domains:
        path = folder / language / "LC_MESSAGES" / f"{domain}.mo"
        try:
            with path.open("rb") as file:
                one = gettext.GNUTranslations(file)
        except (OSError, ValueError) as error:
            raise CatalogueError("catalogue.missing", {"file": str(path)}) from error
        one.add_fallback(whole)
        whole = one
    return whole
