"""Typed bytes to Textual's events, whatever the bytes."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Iterable, Sequence

from textual import events
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.message import Message
from textual.messages import InBandWindowResize

_FOREIGN = (events.Resize, InBandWindowResize)
"""Sizes come from the kernel; as bytes only a scanned code would send one, of any size."""


class KeyReader:
    """Textual's parser behind a decoder that never fails; never raises itself."""

    def __init__(self, *, debug: bool = False) -> None:
        self._debug = debug
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._parser = _Parser(debug)

    def feed(self, data: bytes) -> Sequence[Message]:
        """Keys, touches and pastes in the bytes, as far as they are complete."""
        text = self._decode(data)
        return self._gather(self._parser.feed(text)) if text else ()

    def tick(self) -> Sequence[Message]:
        """What a pause completes: a lone ESC is the escape key."""
        return self._gather(self._parser.tick())

    def close(self) -> Sequence[Message]:
        """What was left half-typed."""
        try:
            return self._gather(self._parser.feed(""))
        except (EOFError, ParseError):
            return ()

    def _gather(self, messages: Iterable[Message]) -> Sequence[Message]:
        gathered: list[Message] = []
        try:
            gathered.extend(message for message in messages if _belongs(message))
        except (ValueError, OverflowError):
            # A key number beyond Unicode ends Textual's parser for good.
            self._parser = _Parser(self._debug)
        return gathered


class _Parser(XTermParser):
    """Mouse coordinates are cells: no sequence may switch them to pixels of its own size."""

    @property
    def mouse_pixels(self) -> bool:
        return False

    @mouse_pixels.setter
    def mouse_pixels(self, value: bool) -> None:
        del value


def _belongs(message: Message) -> bool:
    if isinstance(message, events.Key):
        return message.character is None or message.character.isascii() or _sound(message)
    return not isinstance(message, _FOREIGN)


def _sound(key: events.Key) -> bool:
    """Whether the character can be written; a lone surrogate would end the output thread."""
    return not any("\ud800" <= character <= "\udfff" for character in key.character or "")
