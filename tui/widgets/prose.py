"""Sentences broken into lines as Chinese and English are set: no line begins with a full stop."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

_CLOSING = "，。、；：？！）》」』”’…·,.;:?!)]}%"
_OPENING = "（《「『“‘([{"


def set_lines(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` cells; its own line breaks stay."""
    return [line for paragraph in text.split("\n") for line in _paragraph(paragraph, width)]


def _paragraph(text: str, width: int) -> list[str]:
    lines, line = [], ""
    for piece in _pieces(text):
        if line and cell_len(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line = line + piece if line or not piece.isspace() else ""
        while cell_len(line.rstrip()) > width:
            line, rest = _cut(line, width)
            lines.append(line)
            line = rest
    return [*lines, line.rstrip()]


def _pieces(text: str) -> list[str]:
    """What must not be broken: words, single Chinese characters, each with its punctuation."""
    pieces: list[str] = []
    word = ""
    for sign in text:
        wide = ord(sign) >= 0x2E80  # noqa: PLR2004 - where the scripts without blanks begin
        joins = sign in _CLOSING or (word and word[-1] in _OPENING)
        if word and not joins and (wide or sign.isspace() or _ends(word)):
            pieces.append(word)
            word = ""
        word += sign
    return [*pieces, word] if word else pieces


def _ends(word: str) -> bool:
    """Whether a word is complete: a blank, or a character of a script without blanks."""
    core = word.rstrip(_CLOSING).lstrip(_OPENING)
    return word.isspace() or (bool(core) and ord(core[-1]) >= 0x2E80)  # noqa: PLR2004 - as above


def _cut(text: str, width: int) -> tuple[str, str]:
    """A piece longer than a line, cut where the line ends."""
    at = len(text)
    while at > 1 and cell_len(text[:at]) > width:
        at -= 1
    return text[:at], text[at:]


class Prose(Widget):
    """Plain sentences at the width there is."""

    DEFAULT_CSS = """
    Prose { width: 1fr; height: auto; }
    """

    def __init__(
        self,
        text: Content,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._text = text.plain

    @property
    def text(self) -> str:
        """What it says."""
        return self._text

    def update(self, text: Content) -> None:
        """Say something else."""
        if text.plain != self._text:
            self._text = text.plain
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as it takes."""
        del container, viewport
        return len(set_lines(self._text, max(1, width)))

    def render(self) -> Content:
        """The lines."""
        return Content("\n".join(set_lines(self._text, max(1, self.size.width))))
