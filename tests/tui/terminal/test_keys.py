"""Typed bytes to events: nothing ends the reader, nothing foreign comes through."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from textual import events

from tui.terminal.environment import prepare
from tui.terminal.keys import KeyReader

PIECES = st.one_of(
    st.binary(max_size=12),
    st.integers(0, 10**12).map(lambda number: b"\x1b[%d;1u" % number),
    st.integers(0, 10**6).map(lambda number: b"\x1b[97;1;%du" % number),
    st.tuples(st.integers(0, 10**5), st.integers(0, 10**5)).map(lambda at: b"\x1b[<0;%d;%dM" % at),
    st.sampled_from([b"\x1b[48;0;0;0;0t", b"\x1b[?2048;1$y", b"\x1b[200~", b"\x1b[201~", b"\x1b"]),
)


def keys(reader: KeyReader, data: bytes) -> list[str]:
    return [event.key for event in reader.feed(data) if isinstance(event, events.Key)]


@given(st.lists(PIECES, max_size=30))
def test_any_bytes_leave_a_reader_that_reads_on(pieces: list[bytes]) -> None:
    reader = KeyReader()
    for piece in pieces:
        for message in [*reader.feed(piece), *reader.tick()]:
            assert not isinstance(message, events.Resize)
            if isinstance(message, events.Key) and message.character:
                assert message.character.encode()
    reader.feed(b"\x1b[201~" + b" " * 40)
    assert keys(reader, b"\x7fok") == ["backspace", "o", "k"]


def test_a_size_in_the_bytes_does_not_bend_the_mouse() -> None:
    reader = KeyReader()
    assert list(reader.feed(b"\x1b[48;10;10;9000;9000t")) == []
    (press,) = reader.feed(b"\x1b[<0;8;5M")
    assert isinstance(press, events.MouseDown)
    assert (press.x, press.y) == (7, 4)


def test_half_a_character_waits_for_its_other_half() -> None:
    reader = KeyReader()
    assert keys(reader, "票".encode()[:2]) == []
    assert keys(reader, "票".encode()[2:]) == ["票"]


def test_a_lone_escape_is_said_at_the_end() -> None:
    reader = KeyReader()
    assert keys(reader, b"\x1b") == []
    (escape,) = reader.close()
    assert isinstance(escape, events.Key)
    assert escape.key == "escape"
    assert list(reader.close()) == []


def test_the_environment_is_the_kiosks_own() -> None:
    environ = {"TEXTUAL_DEBUG": "1", "TEXTUAL_ALLOW_SIGNALS": "1", "HOME": "/"}
    prepare(environ)
    assert environ == {"HOME": "/", "TEXTUAL_DISABLE_KITTY_KEY": "1"}
