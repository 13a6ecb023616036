"""The bytes themselves, and what a printer that shares no code with the encoder makes of them."""

from __future__ import annotations

import asyncio
import os
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printers.characters import plain
from printers.document import Block, Document, Feed, Pair, Qr, Rule, Text
from printers.encode import encode
from printers.errors import DocumentError
from printers.layout import Line, lay_out
from printers.profile import Profile
from printers.raster import without_real_time
from printers.virtual.machine import Machine
from printers.virtual.paper import Printed, Slip
from tests.printers.bench import FONT

REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")

anything = st.text(st.characters(codec=None), max_size=60)
blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(
        Text,
        anything,
        align=st.sampled_from(["left", "center"]),
        bold=st.booleans(),
        size=st.sampled_from([1, 2]),
    ),
    st.builds(Pair, anything, anything),
    st.just(Rule()),
    st.builds(Feed, st.integers(1, 3)),
    st.builds(Qr, st.text(string.printable[:-6], min_size=1, max_size=60)),
)
documents = st.builds(Document, st.lists(blocks, max_size=6).map(tuple))


def printed(data: bytes, dots: int = 384) -> Slip:
    machine = Machine(dots)
    machine.receive(data)
    machine.work()
    assert machine.waiting == 0
    machine.tear()
    assert machine.take_replies() == b""
    return machine.slips[0]


def test_golden_bytes() -> None:
    document = Document(
        (
            Text("验票台", align="center", bold=True, size=2),
            Rule(),
            Pair("结果", "一致"),
            Qr("YPR:A03"),
            Feed(2),
        )
    )
    assert encode(document, Profile(), None) == (
        b"\x1b@\x1c&"
        b"\x1ba\x01\x1bE\x01\x1d!\x11"
        + "验票台".encode("gb2312")
        + b"\x1d!\x00\x1bE\x00\n\x1ba\x00"
        b"\x1bJ\x06"
        b"--------------------------------\n" + "结果  一致".encode("gb2312") + b"\n"
        b"\x1ba\x01\x1bJ\x18"
        b"\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x08\x1d(k\x03\x001E1"
        b"\x1d(k\x0a\x001P0YPR:A03\x1d(k\x03\x001Q0"
        b"\x1bJ\x18\x1ba\x00"
        b"\x1bd\x02"
        b"\x1dVB\x00"
    )


def test_without_a_cutter_the_paper_is_fed_to_the_tear_bar() -> None:
    assert encode(Document((Text("x"),)), Profile(cutter=False), None).endswith(b"x\n\x1bd\x04")


def test_a_wide_paper_has_more_columns() -> None:
    assert encode(Document((Rule(),)), Profile(columns=48), None).count(b"-") == 48


@given(documents)
@settings(max_examples=150)
def test_text_arrives_as_it_was_and_steers_nothing(document: Document) -> None:
    """Whatever a visitor types comes out as characters: nothing of it cuts, resets or enlarges."""
    document = Document((Text("begin"), *document.blocks))
    expected: list[str] = []
    for row in lay_out(document, 32):
        if isinstance(row, Line):
            expected.append(row.text)
        elif isinstance(row, Rule):
            expected.append("-" * 32)
        elif isinstance(row, Feed):
            expected.extend([""] * row.lines)
    lines = [
        "".join(cell.character for cell in strip.cells)
        for strip in printed(encode(document, Profile(), None)).strips
        if isinstance(strip, Printed)
    ]
    assert [simple(line) for line in lines] == [simple(line) for line in expected]


def simple(line: str) -> str:
    """Without the characters that a printer's font lacks and that a stand-in replaces."""
    return "".join(c for c in line if len(c.encode("gb18030")) <= 2 and c not in "〓?")


@given(documents)
def test_no_real_time_command_ever(document: Document) -> None:
    for profile in (Profile(), Profile(columns=48, text="raster", qr="image")):
        assert not REAL_TIME.search(encode(document, profile, FONT))


@given(st.text(st.characters(codec=None)))
def test_one_line_holds_no_byte_below_a_space(text: str) -> None:
    data = encode(Document((Text(text),)), Profile(), None)
    body = data.removeprefix(b"\x1b@\x1c&").removesuffix(b"\x1dVB\x00")
    assert min(body.replace(b"\n", b" "), default=0x20) >= 0x20
    if plain(text).strip(" "):
        assert body.count(b"\n") >= 1


def test_rare_characters_go_as_a_picture_and_the_rest_as_text() -> None:
    document = Document((Text("张三"), Text("㐂"), Text("李四")))
    assert printed(encode(document, Profile(), FONT)).text == "张三\n[picture 384x30]\n李四\n"


def test_without_a_font_rare_characters_have_a_stand_in() -> None:
    assert printed(encode(Document((Text("㐂、ğ！"),)), Profile(), None)).text == "〓、?！\n"


def test_without_a_font_nothing_can_be_printed_as_a_picture() -> None:
    with pytest.raises(DocumentError) as refused:
        encode(Document((Text("x"),)), Profile(text="raster"), None)
    assert refused.value.code == "encode.no_font"


def test_a_picture_printer_gets_no_text_at_all() -> None:
    document = Document((Text("张三", size=2), Rule(), Qr("A" * 40), Pair("a", "b")))
    data = encode(document, Profile(text="raster", qr="image"), FONT)
    assert printed(data).text.startswith("[picture 384x")
    assert printed(data).text.count("\n") == 1


@given(st.binary(max_size=200))
def test_bits_keep_their_shape_without_real_time_commands(data: bytes) -> None:
    calm = without_real_time(data)
    assert not REAL_TIME.search(calm)
    assert len(calm) == len(data)
    changed = [(a, b) for a, b in zip(data, calm, strict=True) if a != b]
    assert set(changed) <= {(0x10, 0x18)}  # one dot more


def test_a_code_too_dense_for_the_paper_is_refused() -> None:
    dense = Document((Qr("aZ" * 500),))
    assert encode(dense, Profile(columns=48), None)
    with pytest.raises(DocumentError) as refused:
        encode(dense, Profile(), None)
    assert refused.value.code == "document.qr_wide"


@pytest.mark.parametrize("wrong", [{"columns": 40}, {"columns": 32, "dots": 576}])
def test_paper_we_do_not_know_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(DocumentError):
        Profile(**wrong)  # type: ignore[arg-type]  # only the numbers are wrong


def test_a_slip_with_a_native_code_leaves_no_file_behind(tmp_path: Path) -> None:
    program = (
        "from printers.document import Document, Qr\n"
        "from printers.encode import encode\n"
        "from printers.profile import Profile\n"
        "for _ in range(2):\n"
        "    print(len(encode(Document((Qr('YPR:A03'),)), Profile(qr='native'), None)))\n"
    )
    env = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", program], env=env, check=True, capture_output=True)
    first, second = done.stdout.split()
    assert first == second
    assert list(tmp_path.iterdir()) == []


async def test_only_the_first_slip_touches_files() -> None:
    document = Document((Qr("YPR:A03"),))
    first = await asyncio.to_thread(encode, document, Profile(qr="native"), None)
    assert encode(document, Profile(qr="native"), None) == first  # a file touched here would raise
