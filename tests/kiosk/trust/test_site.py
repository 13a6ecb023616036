"""A kiosk whose server has a public site: its codes are addresses, and it reads both spellings."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from helpdesk.wire import slip_code
from helpdesk.wire.site import Site
from invoices.record import record_code
from kiosk.bootstrap.record_codes import SiteCodes
from kiosk.bootstrap.screens import ScanReader
from kiosk.cli.app import run as kiosk_command
from kiosk.trust.site import FILE, PublicSite, read_site
from kiosk.trust.slip_check import Worth
from kiosk.trust.slip_codes import SlipCodes
from printers.document import Text
from printers.profile import Profile
from tests.helpdesk.wire.world import KIOSK
from tests.kiosk.stand_ins import NOW, HandClock, matched
from tests.kiosk.trust.shell import Shell, said
from tests.kiosk.trust.slips import check, held, issuer
from tests.kiosk.trust.test_printed_code import PROFILES, scanned, slip
from tui.kiosk.ports import ScreenCode, SignedSlipRead, SlipRead, Unread
from tui.widgets.code_picture import qr_dots

RECORD, TOKEN = "A03-261124-0127", "ABCDEFGHIJKLMNOPQRST"
SITE = Site.parse("https://yp.gov.cn")
LONG = Site.parse("https://etax.beijing.chinatax.gov.cn")
READER = ScanReader(lambda: SITE)


def read_off(dots: list[list[bool]], scale: int = 4) -> str:
    size = len(dots) * scale
    picture = Image.new("L", (size, size), 255)
    for y, row in enumerate(dots):
        for x, dark in enumerate(row):
            if dark:
                box = (x * scale, y * scale, (x + 1) * scale, (y + 1) * scale)
                picture.paste(0, box)
    (found,) = zxingcpp.read_barcodes(picture)
    text: str = found.text
    return text


@pytest.mark.parametrize("site", [SITE, LONG], ids=["short", "longest"])
def test_the_code_on_screen_is_an_address_that_fits_and_scans(site: Site) -> None:
    code = SiteCodes(lambda: site).of(RECORD, TOKEN)
    dots = qr_dots(code.text)
    assert code.opens
    assert len(dots) == 33
    assert read_off(dots) == site.record_address(RECORD, TOKEN)


def test_without_a_site_or_room_the_code_is_the_short_one() -> None:
    short = record_code(RECORD, TOKEN)
    assert SiteCodes(lambda: None).of(RECORD, TOKEN) == ScreenCode(short)
    far = "ABCD-261124-1000000"
    assert SiteCodes(lambda: LONG).of(far, TOKEN) == ScreenCode(record_code(far, TOKEN))
    assert SiteCodes(lambda: SITE).of(far, TOKEN).opens


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: f"{p.columns}-{p.qr}")
@pytest.mark.parametrize("site", [SITE, LONG], ids=["short", "longest"])
def test_the_printed_address_is_scanned_and_holds(site: Site, profile: Profile) -> None:
    codes = SlipCodes(issuer, "A03", HandClock(), timedelta(days=180), lambda: site)
    address = scanned(slip(codes, matched()), profile)
    reading = ScanReader(lambda: site).read(address.encode() + b"\r")
    assert address.startswith(f"HTTPS://{site.host}/S/")
    assert isinstance(reading, SignedSlipRead)
    assert check(reading.code, NOW, held()).worth is Worth.GOOD


@pytest.mark.parametrize(("site", "words"), [(None, "到本中心验票台扫此码"), (SITE, "手机扫此码")])
def test_the_paper_says_what_can_read_its_code(site: Site | None, words: str) -> None:
    codes = SlipCodes(issuer, "A03", HandClock(), timedelta(days=180), lambda: site)
    lines = [each.text for each in slip(codes, matched()).blocks if isinstance(each, Text)]
    assert [line for line in lines if words in line]
    assert len([line for line in lines if "扫此码" in line]) == 1


def test_any_screen_reads_both_spellings_and_no_foreign_host() -> None:
    code = slip_code.issue(said(), KIOSK)
    for text in (SITE.record_address(RECORD, TOKEN), record_code(RECORD, TOKEN)):
        assert READER.read(text.lower().encode()) == SlipRead(RECORD, TOKEN)
    for text in (SITE.slip_address(code), code):
        assert READER.read(text.encode()) == SignedSlipRead(code)
    for text in (LONG.record_address(RECORD, TOKEN), LONG.slip_address(code)):
        assert isinstance(READER.read(text.encode()), Unread)
        assert isinstance(ScanReader().read(text.encode()), Unread)
    assert READER.read(b"HTTPS://YP.GOV.CN/S/1") == Unread("slip.address")


async def test_the_site_is_followed_written_down_and_forgotten(tmp_path: Path) -> None:
    site = PublicSite(tmp_path)
    await site.follow({"": {"site": "https://yp.gov.cn"}})
    assert (site.current, await asyncio.to_thread(read_site, tmp_path)) == (SITE, SITE)
    for nothing in ({}, {"": {"site": ""}}, {"": {"site": "ftp://x"}}, {"": {"site": 3}}):
        await site.follow({"": {"site": "https://yp.gov.cn"}})
        await site.follow(nothing)
        assert (site.current, await asyncio.to_thread(read_site, tmp_path)) == (None, None)


@pytest.mark.parametrize("content", ["", "[]", '{"site": 3}', '{"site": "x"}', '{"other": 1}'])
def test_a_damaged_note_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    (tmp_path / FILE).chmod(0o600)
    assert read_site(tmp_path) is None


def test_slip_check_reads_the_addresses_of_its_own_site_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(tmp_path, capsys)
    shell.enrolled()
    code = slip_code.issue(said(), KIOSK)
    assert shell.answer(SITE.slip_address(code))[1]["error"] == "slip.prefix"
    asyncio.run(PublicSite(shell.data).follow({"": {"site": SITE.url}}))
    for text in (SITE.slip_address(code), SITE.slip_address(code).lower(), code):
        assert shell.answer(text)[1]["worth"] == "good"
    for text in (LONG.slip_address(code), "https://yp.gov.cn/S/1", "https://yp.gov.cn/R/1"):
        assert shell.answer(text)[1]["error"] == "slip.prefix"


@pytest.mark.parametrize(
    "text",
    [
        record_code(RECORD, TOKEN),
        SITE.record_address(RECORD, TOKEN),
        LONG.slip_address(slip_code.issue(said(), KIOSK)).lower(),
        slip_code.issue(said(), KIOSK),
    ],
    ids=["record code", "record address", "slip address", "slip code"],
)
def test_read_says_that_a_slip_is_no_invoice(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert kiosk_command(["read", "--json"], {}) == 2
    answer = json.loads(capsys.readouterr().out)
    assert answer["error"] == "read.slip"
    assert "kiosk slip check" in answer["message"]
