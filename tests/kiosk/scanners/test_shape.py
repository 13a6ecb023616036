from __future__ import annotations

import pytest

from kiosk.scanners.shape import is_code


@pytest.mark.parametrize(
    "code",
    [
        b"01,32,,24112000000012345678,1234.56,20240501,,A1B2",
        b"01,10,011002000111,12345678,91.59,20220505,12345678901234567890,4F3C,",
        "01，04，3200174320，12345678，91.59，20180505，12345678901234567890，4F3C".encode(),
        b"[01,01,1100153130,51785479,75.68,20170112,,13CF]",
        b"https://bcfp.shenzhen.chinatax.gov.cn/verify/scan?hash=0102",
        b"YPR:A03-261124-0127:ABCDEFGHIJKLMNOPQRST",
        b"FP1:6BFOXN",
        b"FP1:PWGSLK/-4+U8U*526GM7B6MLB8D-R8 96%A8AK6DF33SUGAKDF3YR0G9I55AX507H0QS00+0J61",
    ],
)
def test_codes_of_every_family(code: bytes) -> None:
    assert is_code(code)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"24112000000012345678",
        b"hello, dear kiosk, how are you, today, friend, yes",
        b"01,32",
        b"01,32,,2411 2000,12,20240501,,A1B2",
        b"see https://example.invalid",
        b"A03-261124-0127",
        b"x" * 2000,
    ],
)
def test_other_text(text: bytes) -> None:
    assert not is_code(text)
