"""Where the server has a public site: the code on the screen opens on a phone, and it says so."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
import zxingcpp
from PIL import Image
from textual.pilot import Pilot

from helpdesk.wire.site import Site
from invoices.record import record_code
from invoices.verdict import State, Verdict
from kiosk.bootstrap.record_codes import SiteCodes
from tests.tui.kiosk.scenes import app_of, scan
from tests.tui.kiosk.test_results import words_on
from tests.tui.scripted_ports import SCAN, Kiosk, check_of
from tui.kiosk.ports import Ports
from tui.widgets.code_picture import CodePicture

SITE = Site.parse("https://etax.beijing.chinatax.gov.cn")


@dataclass
class SiteKiosk(Kiosk):
    site: Site | None = SITE

    async def ports(self) -> Ports:
        return replace(await super().ports(), codes=SiteCodes(lambda: self.site))


def scanned(pilot: Pilot[None]) -> str:
    """The code as a camera sees it: half blocks, dark on light."""
    region = app_of(pilot).screen.query_one(CodePicture).region
    strips = app_of(pilot).screen._compositor.render_strips()[region.y : region.bottom]
    lines = [strip.crop(region.x, region.right).text for strip in strips]
    dark = {"█": (True, True), "▀": (True, False), "▄": (False, True), " ": (False, False)}
    size = 4
    picture = Image.new("L", (region.width * size, region.height * 2 * size), 255)
    for row, line in enumerate(lines):
        for column, sign in enumerate(line.ljust(region.width)):
            for half, is_dark in enumerate(dark[sign]):
                if is_dark:
                    left, top = column * size, (2 * row + half) * size
                    picture.paste(0, (left, top, left + size, top + size))
    (found,) = zxingcpp.read_barcodes(picture)
    text: str = found.text
    return text


@pytest.mark.parametrize(
    ("site", "words"), [(SITE, "手机扫码，保存记录"), (None, "在本中心验票台扫此码")]
)
async def test_the_screen_shows_what_a_phone_opens_and_says_so(
    site: Site | None, words: str
) -> None:
    kiosk = SiteKiosk(site=site)
    async with kiosk.app().run_test(size=(160, 50)) as pilot:
        await scan(SCAN, then="ResultScreen")(pilot, kiosk)
        check = check_of(Verdict.MATCH, State.NORMAL)
        codes = (check.record, check.token)
        assert scanned(pilot) == (
            record_code(*codes) if site is None else SITE.record_address(*codes)
        )
        assert words in words_on(pilot)
