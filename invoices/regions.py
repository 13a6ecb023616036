"""Tax regions: the 31 provinces and the five cities that are planned separately."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

REGIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "1100": "北京",
        "1200": "天津",
        "1300": "河北",
        "1400": "山西",
        "1500": "内蒙古",
        "2100": "辽宁",
        "2102": "大连",
        "2200": "吉林",
        "2300": "黑龙江",
        "3100": "上海",
        "3200": "江苏",
        "3300": "浙江",
        "3302": "宁波",
        "3400": "安徽",
        "3500": "福建",
        "3502": "厦门",
        "3600": "江西",
        "3700": "山东",
        "3702": "青岛",
        "4100": "河南",
        "4200": "湖北",
        "4300": "湖南",
        "4400": "广东",
        "4403": "深圳",
        "4500": "广西",
        "4600": "海南",
        "5000": "重庆",
        "5100": "四川",
        "5200": "贵州",
        "5300": "云南",
        "5400": "西藏",
        "6100": "陕西",
        "6200": "甘肃",
        "6300": "青海",
        "6400": "宁夏",
        "6500": "新疆",
    }
)

# The cities' own two digits in 20-digit numbers. 95 is proven by a seal, 92 by a seller's
# address; 91, 93 and 94 continue their row and were never seen.
CITY_DIGITS: Final[Mapping[str, str]] = MappingProxyType(
    {"91": "2102", "92": "3702", "93": "3302", "94": "3502", "95": "4403"}
)


def region_from_digits(four: str) -> str | None:
    """The tax region of an administrative code: a separately planned city or a province."""
    if four in REGIONS:
        return four
    province = four[:2] + "00"
    return province if province in REGIONS else None
