"""A slip's picture can be scanned, on both papers and however it was printed."""

from __future__ import annotations

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from printers.document import Document, Qr, Text
from printers.encode import encode
from printers.profile import Profile
from printers.virtual.machine import Machine
from printers.virtual.picture import png
from tests.printers.bench import FONT

SHORT = "YPR:A03-261124-0127:ABCDEFGHIJKLMNOPQRST"
LONG = "FP1:" + "6BF+70Z%7.AQ$X8/:4D9KLMNPRT" * 10
PROFILES = [
    Profile(columns=32),
    Profile(columns=48),
    Profile(columns=32, text="raster", qr="image"),
    Profile(columns=48, text="raster", qr="image"),
]


def picture(document: Document, profile: Profile) -> Image.Image:
    machine = Machine(profile.dots)
    machine.receive(encode(document, profile, FONT))
    machine.work()
    assert FONT is not None
    return Image.open(BytesIO(png(machine.slips[0], FONT)))


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: f"{p.columns}-{p.qr}")
@pytest.mark.parametrize("data", [SHORT, LONG], ids=["short", "long"])
def test_the_code_scans(profile: Profile, data: str) -> None:
    found = zxingcpp.read_barcodes(picture(Document((Text("发票"), Qr(data))), profile))
    assert [code.text for code in found] == [data]


@pytest.mark.parametrize(("columns", "pixels"), [(32, 464), (48, 640)])
def test_paper_is_as_wide_as_it_says(columns: int, pixels: int) -> None:
    assert picture(Document((Text("发票"),)), Profile(columns=columns)).width == pixels


@pytest.mark.parametrize("text", ["gb18030", "raster"])
def test_text_leaves_ink(text: str) -> None:
    """Both ways to print a character darken the same place on paper."""
    profile = Profile(text="raster" if text == "raster" else "gb18030")
    blank = picture(Document((Text("."), Text("."))), profile).convert("L")
    full = picture(Document((Text("."), Text("国国国国"))), profile).convert("L")
    place = (40, 36 + 30, 40 + 4 * 24, 36 + 60)
    darkness = [sum(255 - dot for dot in image.crop(place).tobytes()) for image in (blank, full)]
    assert darkness[1] > 3 * darkness[0]
