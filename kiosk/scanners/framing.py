"""Scan or typing? A keyboard-wedge scanner types like a person, only faster.

| what arrives | what it is |
|---|---|
| prefix ... terminator | a scan, at any speed |
| `min_length` visible characters without a pause of `gap`, then a terminator | a scan |
| such a burst, longer pauses (up to `scan_silence`), more of it, then a terminator | a scan |
| a few characters, a pause, and a burst that only with them has a code's shape | a scan |
| such a burst without terminator, long and of a code's shape, then silence | a scan |
| a bracketed paste of a code's shape | a scan |
| any of these over `LIMIT` bytes | a scan cut at `LIMIT` + 1 bytes, `dropped` counts the rest |
| all else, escape sequences always | typing, in the order it came |

A burst of several different characters that is longer than a hand types has begun a scan: on a busy
machine its sender may stall, so from there on the terminator ends it and not the pause. Where the
stall came earlier, its head has been typed already; it is joined to the rest when that comes.

Pauses are told by the caller (`silence`), who saw the line idle; the times of `feed` only
serve to notice that nothing but mouse reports came for long. A scan's control characters,
quit keys among them, are part of its data: they never reach a key binding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kiosk.scanners.decoding import LIMIT
from kiosk.scanners.escape import ESC, PASTE_END, PASTE_START, Extent, extent
from kiosk.scanners.paste import Paste

STX = b"\x02"

_PATIENCE = 4
"""Gaps of silence that end a burst which already is longer than a hand can type."""
_MIXED = 3
"""Different characters in a burst that no held key repeats."""
_JOINABLE = 64
"""Bytes of typing that may turn out to be the head of a scan."""
_UNTERMINATED = 40
"""Bytes from which a burst counts as a scan without its terminator."""
_ESCAPES_LIMIT = 16_384
"""Bytes of mouse reports held back for the sake of order; beyond it the burst is typing."""
_ERASERS = b"\x08\x7f"


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of input bytes with its meaning."""

    data: bytes
    scanned: bool
    dropped: int = 0
    """Bytes of an over-long scan that were thrown away."""


@dataclass(frozen=True, slots=True)
class FramingRules:
    """How this centre's scanner sends."""

    gap: float = 0.035
    """Seconds without a byte that end a burst; up to 0.08 for slow scanners."""
    scan_silence: float = 1.0
    """Seconds without a byte that end a burst which has begun a scan and misses its terminator;
    also in which a scan's tail must follow a head that was taken for typing."""
    min_length: int = 8
    """Visible characters from which a burst with a terminator is a scan."""
    prefix: bytes = STX
    """Sent by the scanner before each code; empty where it sends none."""
    terminators: bytes = b"\r\n\t\x03"
    frame_silence: float = 1.0
    """Seconds without a byte after which a code that began with the prefix, or a paste, ends."""
    frame_trail: float = 0.15
    """Seconds in which a slow scanner's second terminator still belongs to its code."""


class _Said:
    """Segments of one call; neighbouring typing is one segment."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []

    def typed(self, data: bytes | bytearray) -> None:
        if not data:
            return
        if self.segments and not self.segments[-1].scanned:
            data = self.segments.pop().data + data
        self.segments.append(Segment(bytes(data), scanned=False))

    def scanned(self, data: bytes | bytearray, dropped: int = 0) -> None:
        self.segments.append(Segment(bytes(data), scanned=True, dropped=dropped))


class ScanFramer:
    """The state machine behind the terminal's driver (`tui.terminal.framer.Framer`).

    Args:
        rules: how the scanner sends.
        is_code: whether bytes look like a code; asked only where no terminator tells.
    """

    def __init__(self, rules: FramingRules, is_code: Callable[[bytes], bool]) -> None:
        self._rules = rules
        self._is_code = is_code
        self._held = bytearray()  # all that is undecided, in order
        self._code = bytearray()  # of it, what a scan would consist of
        self._escapes = bytearray()  # of it, whole escape sequences
        self._visible = 0
        self._framed = False
        self._dropped = 0
        self._escape = bytearray()
        self._paste: Paste | None = None
        self._trail = 0.0
        self._code_at = 0.0
        self._typed = bytearray()  # lately, and perhaps the head of a scan
        self._typed_at = 0.0

    @property
    def wait(self) -> float | None:
        """Seconds of silence after which to call `silence`; `None` while nothing is held."""
        if self._paste is not None:
            return self._rules.frame_silence
        if self._busy:
            return self._pause()
        if self._escape:
            return self._rules.gap
        if self._trail:
            return self._trail
        return self._rules.scan_silence if self._typed else None

    def feed(self, data: bytes, at: float) -> Sequence[Segment]:
        """Bytes that arrived at `at` (monotonic seconds); what can be said of them now."""
        said = _Said()
        for byte in data:
            self._take(byte, at, said)
        # A moving mouse keeps the line busy: reads that bring nothing else are silence too.
        if at - self._code_at > self._rules.gap * _PATIENCE + (self.wait or 0):
            self._settle(said)
        return said.segments

    def silence(self, at: float) -> Sequence[Segment]:
        """`wait` seconds passed without a byte; what was held back is decided."""
        self._code_at = at
        said = _Said()
        if self._paste is not None:
            self._end_paste(said)
        if self._escape:
            self._pass(self._take_escape_whole(), said)
        if not (self._busy or self._trail):
            self._typed.clear()
        self._settle(said)
        return said.segments

    @property
    def _busy(self) -> bool:
        return bool(self._held or self._code)

    def _pause(self) -> float:
        if self._framed:
            return self._rules.frame_silence
        if self._visible >= self._rules.min_length:
            mixed = len(set(self._code)) >= _MIXED  # a held key repeats as fast as a scanner types
            return self._rules.scan_silence if mixed else self._rules.gap * _PATIENCE
        return self._rules.gap

    def _take(self, byte: int, at: float, said: _Said) -> None:
        if self._paste is not None:
            self._code_at = at
            if self._paste.add(byte):
                self._end_paste(said)
        elif self._escape:
            self._take_escape(byte, at, said)
        elif byte == ESC:
            self._escape.append(byte)
        else:
            self._code_at = at
            self._take_plain(byte, said)

    # Escape sequences and pastes.

    def _take_escape(self, byte: int, at: float, said: _Said) -> None:
        self._escape.append(byte)
        match extent(self._escape):
            case Extent.OPEN:
                return
            case Extent.COMPLETE if len(self._escape) > 2 or not self._busy:  # noqa: PLR2004
                self._escape_complete(self._take_escape_whole(), at, said)
            case _:
                # Inside a code a lone ESC is one more control character of it.
                first, *rest = self._take_escape_whole()
                if self._busy:
                    self._take_plain(first, said)
                else:
                    said.typed(bytes([first]))
                for later in rest:
                    self._take(later, at, said)

    def _take_escape_whole(self) -> bytes:
        sequence = bytes(self._escape)
        self._escape.clear()
        return sequence

    def _escape_complete(self, sequence: bytes, at: float, said: _Said) -> None:
        if sequence != PASTE_START:
            self._pass(sequence, said)
            return
        self._settle(said)
        self._code_at = at
        self._paste = Paste(LIMIT + 1)

    def _pass(self, sequence: bytes, said: _Said) -> None:
        """A key or a mouse report does not break a code in two; it waits for its turn."""
        if not self._held:
            said.typed(sequence)
            return
        self._held += sequence
        self._escapes += sequence
        if len(self._escapes) > _ESCAPES_LIMIT:
            self._settle(said)

    def _end_paste(self, said: _Said) -> None:
        paste, self._paste = self._paste, None
        if paste is None:
            return
        content = paste.content()
        code = content.strip(b" " + self._rules.terminators)
        if len(content) > LIMIT:
            said.scanned(content, paste.dropped)
        elif self._is_code(code):
            said.scanned(code)
        else:  # the end mark even where it never came: without it the terminal stays deaf
            said.typed(PASTE_START + content + PASTE_END)

    # Characters.

    def _take_plain(self, byte: int, said: _Said) -> None:
        if byte in self._rules.terminators:
            self._take_terminator(byte, said)
            return
        self._trail = 0.0
        if not self._busy and byte in _ERASERS:
            said.typed(bytes([byte]))  # a held erase key repeats as fast as a scanner types
            return
        prefix = self._rules.prefix
        if prefix and byte == prefix[0] and byte < 0x20:  # noqa: PLR2004 - a control character
            self._settle(said)  # begins a code wherever it comes
        self._hold(byte, said)
        if prefix and not self._framed and self._held == prefix:
            self._framed = True
            self._code.clear()
            self._visible = 0

    def _take_terminator(self, byte: int, said: _Said) -> None:
        if self._trail:
            return  # CR LF, ETX CR LF: all of them end the one code
        if (self._code and self._framed) or self._enough():
            self._finish(said)
            return
        self._held.append(byte)
        self._release(said)

    def _enough(self) -> bool:
        return self._visible >= self._rules.min_length or len(self._code) > LIMIT

    def _hold(self, byte: int, said: _Said) -> None:
        if len(self._code) > LIMIT:
            self._dropped += 1
            return
        self._code.append(byte)
        self._visible += byte >= 0x20 and byte != 0x7F  # noqa: PLR2004
        if len(self._code) <= LIMIT:
            self._held.append(byte)
            return
        said.typed(self._escapes)  # too long to be typing: what is held will not be typed
        self._held.clear()
        self._escapes.clear()

    def _settle(self, said: _Said) -> None:
        """Nothing more comes: decide by what is there."""
        unterminated = self._framed or len(self._code) >= _UNTERMINATED
        if len(self._code) > LIMIT or (unterminated and self._is_code(bytes(self._code))):
            self._finish(said)
        else:
            self._release(said)
        self._trail = 0.0

    def _finish(self, said: _Said) -> None:
        said.typed(self._escapes)
        said.scanned(self._joined(), self._dropped)
        self._typed.clear()
        self._trail = self._rules.frame_trail if self._framed else self._rules.gap
        self._forget()

    def _release(self, said: _Said) -> None:
        """It was typing after all."""
        said.typed(self._held)
        self._note_typed()
        self._forget()

    def _note_typed(self) -> None:
        """Keep what may be the head of a scan whose sender stalled; a line's end parts the two."""
        self._forget_typed(self._code_at)
        if self._held.endswith(tuple(bytes([end]) for end in self._rules.terminators)):
            self._typed.clear()
            return
        self._typed += self._code
        self._typed_at = self._code_at
        if len(self._typed) > _JOINABLE:
            self._typed.clear()

    def _forget_typed(self, at: float) -> None:
        if at - self._typed_at >= self._rules.scan_silence:
            self._typed.clear()

    def _joined(self) -> bytes:
        """The code, with the head that was typed before it where only both are one."""
        code = bytes(self._code)
        whole = bytes(self._typed) + code
        joins = self._typed and not self._framed and self._is_code(whole)
        return whole if joins else code

    def _forget(self) -> None:
        self._held.clear()
        self._code.clear()
        self._escapes.clear()
        self._visible = 0
        self._framed = False
        self._dropped = 0
