"""The virtual printer reads what others write, and fails as real ones do."""

from __future__ import annotations

import pytest
from escpos.printer import Dummy
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from printers.document import Document, Qr, Text
from printers.encode import encode
from printers.profile import Profile
from printers.virtual import Fault
from printers.virtual.machine import Machine
from printers.virtual.paper import Picture, Printed, Slip, Symbol
from tests.printers.bench import FONT, slip


def fed(data: bytes, dots: int = 384) -> Machine:
    machine = Machine(dots)
    machine.receive(data)
    machine.work()
    return machine


def only(machine: Machine) -> Slip:
    assert len(machine.slips) == 1
    return machine.slips[0]


def test_another_library_is_understood() -> None:
    """python-escpos writes; its receipt comes out with text, code and picture in place."""
    writer = Dummy()
    writer.set(align="center", bold=True)
    writer.text("Hello\n")
    writer.qr("YPR:A03", native=True, size=5)
    writer.image(Image.new("1", (64, 40)), impl="bitImageRaster", center=False)
    writer.image(Image.new("1", (64, 40)), impl="graphics", center=False)
    writer.image(Image.new("1", (64, 24)), impl="bitImageColumn", center=False)
    writer.cut()
    paper = only(fed(writer.output))
    assert "Hello" in paper.text
    symbols = [strip for strip in paper.strips if isinstance(strip, Symbol)]
    assert [(symbol.data, symbol.module, symbol.align) for symbol in symbols] == [
        (b"YPR:A03", 5, 1)
    ]
    pictures = [strip for strip in paper.strips if isinstance(strip, Picture)]
    assert (pictures[0].stride, pictures[0].rows) == (8, 40)


def test_chinese_needs_its_mode() -> None:
    data = "发票".encode("gb18030")
    assert only(fed(b"\x1b@\x1c&" + data + b"\n\x1dV\x00")).text == "发票\n"
    assert only(fed(b"\x1b@" + data + b"\n\x1dV\x00")).text == "╖ó╞▒\n"
    assert only(fed(b"\x1c&\x1c." + data + b"\n\x1dV\x00")).text == "╖ó╞▒\n"


def test_styles() -> None:
    data = b"\x1ba\x01\x1bE\x01\x1d!\x11AB\x1d!\x00\x1bE\x00c\n\x1ba\x00d\n\x1dV\x01"
    first, second = (strip for strip in only(fed(data)).strips if isinstance(strip, Printed))
    assert [(c.character, c.style.size, c.style.bold) for c in first.cells] == [
        ("A", 2, True), ("B", 2, True), ("c", 1, False),
    ]  # fmt: skip
    assert first.left(384) == (384 - 5 * 12) // 2
    assert (first.height, second.height, second.left(384)) == (48, 30, 0)


def test_a_line_longer_than_the_paper_goes_on_below() -> None:
    assert only(fed(b"x" * 40 + b"\n\x1dV\x00")).text == "x" * 32 + "\n" + "x" * 8 + "\n"


@pytest.mark.parametrize("cut", [b"\x1dV\x00", b"\x1dV1", b"\x1dVA\x20", b"\x1dVB\x00"])
def test_every_cut_ends_a_slip(cut: bytes) -> None:
    assert [slip.text for slip in fed((b"one\n" + cut) * 2).slips] == ["one\n", "one\n"]


def test_blank_paper_is_no_slip() -> None:
    assert fed(b"\n\n\x1bd\x03\x1bJ\x10\x1dv0\x00\x01\x00\x02\x00\x00\x00\x1dV\x00").slips == ()


def test_bytes_may_come_one_by_one() -> None:
    data = encode(slip("A"), Profile(qr="image"), FONT) + b"\x1dr\x01"
    whole, piecemeal = fed(data), Machine(384)
    for byte in data:
        piecemeal.receive(bytes([byte]))
        piecemeal.work()
    assert piecemeal.slips == whole.slips
    assert piecemeal.take_replies() == whole.take_replies() == b"\x00"


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(data: bytes) -> None:
    machine = fed(data)
    machine.tear()
    for paper in machine.slips:
        assert isinstance(paper.text, str)


@pytest.mark.parametrize(
    ("fault", "replies"),
    [
        (None, b"\x12\x12\x12\x12"),
        (Fault.NEAR_END, b"\x12\x12\x12\x1e"),
        (Fault.PAPER_OUT, b"\x1a\x32\x12\x7e"),
        (Fault.COVER_OPEN, b"\x1a\x16\x12\x12"),
        (Fault.SILENT, b""),
    ],
)
def test_real_time_status(fault: Fault | None, replies: bytes) -> None:
    machine = Machine(384)
    if fault is not None:
        machine.fail(fault)
    machine.receive(b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04")
    assert machine.take_replies() == replies


def test_real_time_commands_inside_a_picture_tear_it() -> None:
    """Why the encoder never lets such bits out: this printer answers and loses three bytes."""
    picture = b"\x1dv0\x00\x03\x00\x01\x00\x10\x04\x01"
    machine = fed(b"\x1b@" + picture + b"abc\n\x1dV\x00")
    assert machine.take_replies() == b"\x12"
    assert only(machine).text == "[picture 24x1]\n"  # and the text is gone: it became dots


def test_without_paper_the_rest_waits_in_the_buffer() -> None:
    data = b"one\ntwo\n\x1dV\x00\x1dr\x01"
    machine = Machine(384)
    machine.fail(Fault.PAPER_OUT, after=4)
    machine.receive(data)
    machine.work()
    assert (machine.slips, machine.waiting) == ((), len(data) - 4)
    assert machine.take_replies() == b""
    machine.mend()
    machine.work()
    assert only(machine).text == "one\ntwo\n"
    assert machine.take_replies() == b"\x00"


def test_near_end_is_said_behind_the_data_too() -> None:
    machine = Machine(384)
    machine.fail(Fault.NEAR_END)
    machine.receive(b"x\n\x1dr1")
    machine.work()
    assert machine.take_replies() == b"\x03"


def test_a_drop_loses_what_comes_after() -> None:
    machine = Machine(384)
    machine.fail(Fault.DROP, after=3)
    assert machine.receive(b"abcdef") == 3
    machine.work()
    assert Fault.DROP in machine.faults
    assert machine.receive(b"ghi") == 0


def test_unknown_commands_are_skipped() -> None:
    assert only(fed(b"\x1bt\x10\x1c!\x00\x1dB\x01\x1b\x7fok\n\x1dV\x00")).text == "ok\n"


def test_a_slip_says_what_is_on_it() -> None:
    document = Document((Text("发票", align="center"), Qr("YPR:A03")))
    assert (
        only(fed(encode(document, Profile(), None))).text == "              发票\n\n[QR YPR:A03]\n"
    )
