"""Addresses that a phone opens: made, read back in any case, and told from everybody else's."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
import qrcode
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.wire import slip_code
from helpdesk.wire.errors import WireError
from helpdesk.wire.site import LONGEST_HOST, RecordAddress, Site, SlipAddress, code_of_path
from invoices.errors import RecordError
from tests.helpdesk.wire.world import KIOSK, claims

RECORD, TOKEN = "A03-261124-0127", "ABCDEFGHIJKLMNOPQRST"
SITE = Site.parse("https://yp.gov.cn")
LONG = Site.parse("https://" + "a" * (LONGEST_HOST - 3) + ".cn")
CODE = slip_code.issue(claims(), KIOSK)


def fault(text: str, site: Site = SITE) -> str:
    with pytest.raises((WireError, RecordError)) as raised:
        site.read(text)
    error = raised.value
    assert isinstance(error, WireError | RecordError)
    return str(error.code)


def modules(text: str, level: int) -> int:
    code = qrcode.QRCode(error_correction=level, border=0)
    code.add_data(text)
    code.make()
    assert code.data_list[0].mode == qrcode.util.MODE_ALPHA_NUM
    return len(code.get_matrix())


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://yp.gov.cn", "YP.GOV.CN"),
        ("HTTPS://Yp.Gov.Cn/", "YP.GOV.CN"),
        (" https://etax.beijing.chinatax.gov.cn\n", "ETAX.BEIJING.CHINATAX.GOV.CN"),
        ("https://10.0.0.8:8443", "10.0.0.8:8443"),
    ],
)
def test_a_site_is_an_address_without_a_path(text: str, host: str) -> None:
    site = Site.parse(text)
    assert site.host == host
    assert site.url == f"https://{host.lower()}"


@pytest.mark.parametrize(
    "text",
    [
        *("", "https://", "http://yp.gov.cn", "yp.gov.cn", "https://yp.gov.cn/verify"),
        *("https://user@yp.gov.cn", "https://yp_1.cn", "https://yp.gov.cn:0", "https://a..cn"),
        *("https://验票.cn", "https://yp.cn:99999", "https://yp.cn?x", "https://-a.cn"),
        "https://[::1]",
    ],
)
def test_what_is_no_site(text: str) -> None:
    with pytest.raises(WireError) as raised:
        Site.parse(text)
    assert raised.value.code == "site.form"


def test_a_host_too_long_is_refused_with_the_limit() -> None:
    with pytest.raises(WireError) as raised:
        Site.parse("https://" + "a" * (LONGEST_HOST - 2) + ".cn")
    assert (raised.value.code, raised.value.params) == ("site.long", {"limit": "28"})


def test_the_address_of_a_record_comes_back_in_any_case() -> None:
    address = SITE.record_address(RECORD, TOKEN)
    assert address == f"HTTPS://YP.GOV.CN/R/{RECORD}/{TOKEN}"
    for text in (address, address.lower(), f" {address}\r\n", "https://YP.gov.cn" + address[17:]):
        assert SITE.read(text) == RecordAddress(RECORD, TOKEN)
    assert SITE.read(f"https://yp.gov.cn/r/{RECORD}") == RecordAddress(RECORD, None)


def test_the_address_of_a_slip_is_its_code_in_another_spelling() -> None:
    address = SITE.slip_address(CODE)
    assert address.startswith("HTTPS://YP.GOV.CN/S/")
    for text in (address, address.lower()):
        assert SITE.read(text) == SlipAddress(CODE)


@pytest.mark.parametrize(
    "text",
    [
        f"https://evil.cn/R/{RECORD}/{TOKEN}",
        f"https://yp.gov.cn.evil.cn/R/{RECORD}/{TOKEN}",
        f"http://yp.gov.cn/R/{RECORD}/{TOKEN}",
        f"https://yp.gov.cn:8443/R/{RECORD}/{TOKEN}",
        "https://bcfp.shenzhen.chinatax.gov.cn/verify/scan?hash=1",
        f"YPR:{RECORD}:{TOKEN}",
        CODE,
        "",
    ],
)
def test_the_addresses_of_others_are_not_ours(text: str) -> None:
    assert SITE.read(text) is None


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("R/A03-261124-0127/SHORT", "record.token"),
        (f"R/A03-261124-0127/{TOKEN}/X", "record.token"),
        (f"R/A03-261399-0127/{TOKEN}", "record.form"),
        ("R/", "record.form"),
        *(
            (path, "slip.address")
            for path in ("", "S/", "S/1", "S/A", "X/ABCD", "S/AAAB=", "S/发票")
        ),
    ],
)
def test_a_damaged_address_of_ours_says_so(path: str, code: str) -> None:
    assert fault(f"https://yp.gov.cn/{path}") == code


def test_a_slip_has_one_spelling() -> None:
    path = SITE.slip_address(CODE).rpartition("/")[2]
    last = path[-1]
    others = [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" if letter != last]
    same = [letter for letter in others if _decoded(path[:-1] + letter) == _decoded(path)]
    assert len(path) % 8 == 0 or same
    for letter in same:
        with pytest.raises(WireError):
            code_of_path(path[:-1] + letter)
    with pytest.raises(WireError):
        code_of_path("A" * 2000)


def _decoded(path: str) -> bytes:
    return base64.b32decode(path + "=" * (-len(path) % 8))


@pytest.mark.parametrize("site", [SITE, LONG], ids=["short", "longest"])
def test_the_codes_keep_their_size(site: Site) -> None:
    screen, paper = site.record_address(RECORD, TOKEN), site.slip_address(CODE)
    assert modules(screen, qrcode.constants.ERROR_CORRECT_L) == 29  # version 3
    assert modules(paper, qrcode.constants.ERROR_CORRECT_M) <= 57  # version 10


@given(st.text(max_size=120).map("https://yp.gov.cn/".__add__) | st.text(max_size=80))
def test_no_text_raises_anything_uncoded(text: str) -> None:
    with suppress(WireError, RecordError):
        SITE.read(text)
