"""Scan or typing, by bytes and silence alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.scanners.decoding import LIMIT
from kiosk.scanners.escape import PASTE_END, PASTE_START
from kiosk.scanners.framing import FramingRules, ScanFramer, Segment
from kiosk.scanners.shape import is_code

CODE = b"01,32,,24112000000012345678,1234.56,20240501,,A1B2"
UP = b"\x1b[A"
MOVE = b"\x1b[<35;40;9M"


class Line:
    """A framer with somebody who watches the line, as the driver does."""

    def __init__(self, rules: FramingRules | None = None) -> None:
        self.framer = ScanFramer(rules or FramingRules(), is_code)
        self.now = 100.0
        self.quiet = 0.0
        self.said: list[Segment] = []

    def send(self, data: bytes, after: float = 0.0) -> None:
        """Bytes after a pause; the pause is told as the driver would tell it."""
        self.now += after
        self.quiet += after
        while (wait := self.framer.wait) is not None and wait <= self.quiet:
            self.quiet -= wait
            self.said += self.framer.silence(self.now)
        if data:
            self.quiet = 0.0
            self.said += self.framer.feed(data, self.now)

    def each(self, data: bytes, every: float) -> None:
        for byte in data:
            self.send(bytes([byte]), every)

    def rest(self) -> None:
        self.send(b"", 10)

    @property
    def scans(self) -> list[bytes]:
        return [segment.data for segment in self.said if segment.scanned]

    @property
    def typed(self) -> bytes:
        return b"".join(segment.data for segment in self.said if not segment.scanned)


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\t", b"\x03", b"\x03\r\n"])
@pytest.mark.parametrize("rate", [60, 500, 10_000])
def test_a_burst_with_any_terminator_is_a_scan(end: bytes, rate: int) -> None:
    line = Line()
    line.each(CODE + end, 1 / rate)
    line.rest()
    assert line.scans == [CODE]
    assert line.typed == b""


def test_a_scan_is_said_with_its_terminator_not_later() -> None:
    line = Line()
    line.send(CODE + b"\r")
    assert line.scans == [CODE]


def test_codes_back_to_back_are_apart() -> None:
    line = Line()
    line.send(b"".join(b"%08d\r\n" % number for number in range(100)))
    assert line.scans == [b"%08d" % number for number in range(100)]


def test_typing_is_said_after_a_pause_in_the_order_it_came() -> None:
    line = Line()
    line.each(b"2411" + UP + b"\x7f9", 0.2)
    line.send(b"\r", 0.01)
    assert line.typed == b"2411" + UP + b"\x7f9\r"
    assert line.scans == []


def test_enter_is_not_held_back() -> None:
    line = Line()
    line.send(b"\r")
    assert line.typed == b"\r"
    assert line.framer.wait is None


def test_seven_fast_characters_and_enter_are_typing() -> None:
    line = Line()
    line.send(b"1234567\r")
    assert line.typed == b"1234567\r"


def test_a_held_erase_key_works_at_once_and_a_held_letter_in_the_end() -> None:
    line = Line()
    line.each(b"\x7f" * 30, 0.033)
    assert line.typed == b"\x7f" * 30
    line.each(b"1" * 30, 0.033)
    line.rest()
    assert line.typed.endswith(b"1" * 30)


def test_a_slow_scanner_needs_its_prefix_or_a_wider_gap() -> None:
    plain, wide, framed = Line(), Line(FramingRules(gap=0.08)), Line()
    plain.each(CODE + b"\r", 0.06)
    wide.each(CODE + b"\r", 0.06)
    framed.each(b"\x02" + CODE + b"\x03", 0.3)
    assert plain.scans == []
    assert plain.typed == CODE + b"\r"
    assert wide.scans == framed.scans == [CODE]


def test_a_printable_prefix_begins_a_code() -> None:
    line = Line(FramingRules(prefix=b"]Q1"))
    line.send(b"]Q1A1\r")
    line.send(b"]Q2\r", 1)
    assert line.scans == [b"A1"]
    assert line.typed == b"]Q2\r"


def test_without_a_prefix_stx_is_a_character_of_the_code() -> None:
    line = Line(FramingRules(prefix=b""))
    line.send(b"\x02" + CODE + b"\x03")
    assert line.scans == [b"\x02" + CODE]


def test_a_prefix_ends_what_came_before() -> None:
    line = Line()
    line.send(b"12\x02" + CODE + b"\x02ABC\r")
    assert line.typed == b"12"
    assert line.scans == [CODE, b"ABC"]


def test_a_frame_that_never_ends_is_typing_after_a_second() -> None:
    line = Line()
    line.send(b"\x02abc")
    line.send(b"", 0.9)
    assert line.said == []
    line.send(b"", 0.2)
    assert line.typed == b"\x02abc"
    line.send(b"\x02\r", 1)
    assert line.typed == b"\x02abc\x02\r"


def test_a_jitter_inside_a_long_burst_does_not_break_it() -> None:
    line = Line()
    line.send(CODE[:10])
    line.send(CODE[10:] + b"\r", 0.1)
    assert line.scans == [CODE]


def test_a_code_without_terminator_is_a_scan_after_silence() -> None:
    line = Line()
    line.send(CODE)
    line.send(b"", 0.9)
    assert line.scans == [], "its sender may only have stalled"
    line.send(b"", 0.1)
    assert line.scans == [CODE]
    line.send(b"x" * len(CODE))
    line.rest()
    assert line.typed == b"x" * len(CODE)


def test_keys_and_mouse_reports_pass_without_breaking_a_scan() -> None:
    line = Line()
    line.send(CODE[:5] + MOVE[:3])
    line.send(MOVE[3:] + CODE[5:9] + UP + b"\x1bOP\x1b[M !!\x1b[[A" + CODE[9:] + b"\r")
    assert line.scans == [CODE]
    assert line.typed == MOVE + UP + b"\x1bOP\x1b[M !!\x1b[[A"


def test_a_lone_escape_key_is_said_after_the_gap() -> None:
    line = Line()
    line.send(b"\x1b")
    assert line.said == []
    line.send(b"", 0.04)
    assert line.typed == b"\x1b"
    line.send(b"\x1bx\x1b\x1b[A", 1)
    line.rest()
    assert line.typed == b"\x1b\x1bx\x1b\x1b[A"


def test_a_moving_mouse_does_not_hold_typing_for_ever() -> None:
    line = Line()
    line.send(b"7")
    for _ in range(40):
        line.send(MOVE, 0.008)
    assert line.typed.startswith(b"7")
    assert line.typed.count(MOVE) == 40


def test_enter_after_a_scan_is_a_key_even_while_the_mouse_moves() -> None:
    line = Line()
    line.send(CODE + b"\r")
    for _ in range(40):
        line.send(MOVE, 0.008)
    line.send(b"\r", 0.008)
    assert line.typed.endswith(b"\r")


def test_quit_keys_and_escapes_inside_a_scan_are_data() -> None:
    line = Line()
    line.send(b"01,32\x11,\x03" + b"\x1a")
    line.send(b"\x11\x1a01,32\x1bx\x11\x0012345\r", 1)
    assert line.scans == [b"\x11\x1a01,32\x1bx\x11\x0012345"]


def test_quit_keys_alone_are_keys() -> None:
    line = Line()
    line.each(b"\x11\x03\x1a", 0.5)
    line.rest()
    assert line.typed == b"\x11\x03\x1a"


def test_a_paste_of_a_code_is_a_scan_and_any_other_is_typing() -> None:
    line = Line()
    line.send(b"1" + PASTE_START + b" " + CODE[:20])
    line.send(CODE[20:] + b"\r\n" + PASTE_END[:3], 0.5)
    line.send(PASTE_END[3:], 0.5)
    assert line.scans == [CODE]
    assert line.typed == b"1"
    line.send(PASTE_START + b"24112000\x1b[201" + PASTE_END)
    assert line.typed == b"1" + PASTE_START + b"24112000\x1b[201" + PASTE_END


def test_a_paste_without_end_gets_one() -> None:
    line = Line()
    line.send(PASTE_START + b"2411\x1b[2")
    line.rest()
    assert line.typed == PASTE_START + b"2411\x1b[2" + PASTE_END
    line.send(b"\r")
    assert line.typed.endswith(b"\r")


@pytest.mark.parametrize("length", [LIMIT, LIMIT + 1, 100_000])
@pytest.mark.parametrize(
    ("before", "after"),
    [(b"", b"\r"), (b"\x02", b"\x03"), (PASTE_START, PASTE_END), (b"", b""), (PASTE_START, b"")],
)
def test_what_is_too_long_is_one_scan_that_the_decoder_refuses(
    before: bytes, after: bytes, length: int
) -> None:
    line = Line()
    line.send(before + b"x" * length + after)
    line.rest()
    if length > LIMIT:
        dropped = length - LIMIT - 1
        assert line.said == [Segment(b"x" * (LIMIT + 1), scanned=True, dropped=dropped)]
    elif after in {b"\r", b"\x03"}:
        assert line.scans == [b"x" * length]
    else:
        assert b"x" * length in line.typed


def test_control_bytes_without_end_are_dropped_too() -> None:
    line = Line()
    line.send(b"\x01" * 5000 + b"\r")
    assert line.said == [Segment(b"\x01" * (LIMIT + 1), scanned=True, dropped=5000 - LIMIT - 1)]


def test_mouse_reports_without_end_take_no_memory() -> None:
    line = Line()
    line.send(b"12" + MOVE * 10_000)
    line.rest()
    assert line.typed == b"12" + MOVE * 10_000
    line.send(b"x" * 2000 + MOVE * 10_000 + b"\r")
    assert line.typed.count(MOVE) == 20_000


PIECES = st.one_of(
    st.binary(max_size=30),
    st.sampled_from(
        [CODE, CODE + b"\r", b"\x02" + CODE + b"\x03", UP, MOVE, PASTE_START, PASTE_END, b"\r\n"]
    ),
    st.integers(1, 3).map(lambda times: b"z" * 500 * times),
)
SENDINGS = st.lists(st.tuples(PIECES, st.sampled_from([0.0, 0.01, 0.05, 0.2, 2.0])), max_size=25)


@given(SENDINGS)
def test_no_byte_is_lost_or_reordered_whatever_comes(
    sendings: Sequence[tuple[bytes, float]],
) -> None:
    line = Line()
    for data, after in sendings:
        line.send(data, after)
        assert memory(line.framer) < 40_000
    line.rest()
    assert line.framer.wait is None
    sent = b"".join(data for data, _ in sendings)
    marks = Counter(b"\r\n\t\x03\x02 " + PASTE_START + PASTE_END)
    dropped = sum(segment.dropped for segment in line.said)
    missing = Counter(sent) - Counter(line.typed + b"".join(line.scans))
    assert sum(count for byte, count in missing.items() if byte not in marks) <= dropped
    assert in_order(line.typed.replace(PASTE_END, b""), sent)  # it may have been supplied
    assert in_order(b"".join(line.scans), sent)


@given(st.lists(st.tuples(st.binary(max_size=20), st.sampled_from([0.0, 0.05, 0.2])), max_size=25))
def test_without_marks_and_terminators_all_is_typing_byte_for_byte(
    sendings: Sequence[tuple[bytes, float]],
) -> None:
    line = Line(FramingRules(prefix=b"", terminators=b"", min_length=2000))
    safe = [(data.replace(PASTE_START, b""), after) for data, after in sendings]
    for data, after in safe:
        line.send(data, after)
    line.rest()
    assert line.typed == b"".join(data for data, _ in safe)


def memory(framer: ScanFramer) -> int:
    return len(framer._held) + len(framer._code) + len(framer._escapes) + len(framer._escape)


def in_order(part: bytes, whole: bytes) -> bool:
    """Whether `part` is `whole` with bytes left out."""
    rest = iter(whole)
    return all(byte in rest for byte in part)


@pytest.mark.parametrize("stall", [0.05, 0.15, 0.5, 0.9])
@pytest.mark.parametrize("at", [8, 20, 40, len(CODE) - 1])
def test_a_sender_that_stalls_does_not_cut_a_scan_that_has_begun(at: int, stall: float) -> None:
    line = Line()
    line.each(CODE[:at], 0.001)
    line.send(CODE[at : at + 1], stall)
    line.each(CODE[at + 1 :], 0.001)
    line.send(b"\r")
    line.rest()
    assert (line.scans, line.typed) == ([CODE], b"")


@pytest.mark.parametrize("stall", [0.05, 0.15, 0.5, 0.9])
@pytest.mark.parametrize("at", [1, 2, 3, 7])
def test_a_head_that_was_taken_for_typing_is_joined_to_its_scan(at: int, stall: float) -> None:
    line = Line()
    line.each(CODE[:at], 0.001)
    line.send(CODE[at : at + 1], stall)
    line.each(CODE[at + 1 :], 0.001)
    line.send(b"\r")
    line.rest()
    assert line.scans == [CODE]
    assert line.typed in {b"", CODE[:at]}


def test_a_head_in_pieces_is_joined_too() -> None:
    line = Line()
    for piece in (CODE[:1], CODE[1:3], CODE[3:5], CODE[5:] + b"\r"):
        line.send(piece, 0.1)
    line.rest()
    assert line.scans == [CODE]


@pytest.mark.parametrize(
    ("typed", "pause"), [(b"01,\r", 0.2), (b"01,", 1.5), (b"7", 0.2), (b"1" * 80, 0.2)]
)
def test_what_was_typed_before_a_whole_code_stays_typing(typed: bytes, pause: float) -> None:
    line = Line()
    line.each(typed, 0.1)
    line.send(b"", pause)
    line.send(CODE + b"\r", 0.1)
    line.rest()
    assert line.scans == [CODE]
    assert line.typed == typed


def test_the_tail_of_a_code_long_after_its_head_stays_what_it_is() -> None:
    line = Line()
    line.send(CODE[:3])
    line.send(CODE[3:] + b"\r", 2.5)
    line.rest()
    assert line.scans == [CODE[3:]]
    assert line.framer.wait is None, "nothing of what was typed is kept"


def test_a_held_key_is_given_on_as_soon_as_it_is_let_go() -> None:
    line = Line()
    line.each(b"5" * 20, 0.033)
    line.send(b"", 0.14)
    assert (line.scans, line.typed) == ([], b"5" * 20)
