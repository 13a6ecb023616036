"""Message keys to sentences, in Chinese and English, from the compiled catalogues."""

from __future__ import annotations

import gettext
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DEFAULT_LANGUAGE", "LANGUAGES", "Catalogue", "Texts", "load_texts"]

LANGUAGES = ("zh_CN", "en")
DEFAULT_LANGUAGE = "zh_CN"

_DOMAINS = ("foundation", "helpdesk", "kiosks", "operator", "pages")
_FOLDER = Path(__file__).parent / "locale"


class Catalogue:
    """The sentences of one language."""

    def __init__(self, language: str, parts: tuple[gettext.NullTranslations, ...]) -> None:
        self.language = language
        self._parts = parts

    def text(self, key: str, /, **params: str) -> str:
        """Return the sentence for ``key`` with its placeholders filled; the key when unknown."""
        for part in self._parts:
            sentence = part.gettext(key)
            if sentence != key:
                return sentence.format_map(_Kept(params))
        return key


class _Kept(dict[str, str]):
    """Keeps a placeholder nobody filled: a sentence with a gap beats no sentence."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


class Texts:
    """The catalogues of all languages."""

    def __init__(self, catalogues: Mapping[str, Catalogue]) -> None:
        self._catalogues = dict(catalogues)

    def of(self, language: str) -> Catalogue:
        """Return the catalogue of ``language``, Chinese for one that is not there."""
        return self._catalogues.get(language) or self._catalogues[DEFAULT_LANGUAGE]


def load_texts(folder: Path = _FOLDER) -> Texts:
    """Read every catalogue. Blocks: before the loop starts, or in a thread."""
    return Texts(
        {
            language: Catalogue(
                language,
                tuple(
                    gettext.translation(domain, folder, [language], fallback=True)
                    for domain in _DOMAINS
                ),
            )
            for language in LANGUAGES
        }
    )
