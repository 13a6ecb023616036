"""Companies that do not exist: 示例 leads every name, no tax id is of a form in use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from invoices.credit_code import ALPHABET, check_character, organisation_check_character
from invoices.regions import REGIONS

if TYPE_CHECKING:
    from random import Random

_MARKS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒龘"
_TRADES = (
    *("商贸", "餐饮", "科技", "建材", "物流", "文具", "医药", "机电", "服装", "酒店"),
    *("物业", "咨询", "印务", "家具", "食品", "软件", "园林", "汽修", "广告", "培训"),
)
_INVENTED = "DEM"
"""Where a real organisation code has digits or MA."""


@dataclass(frozen=True, slots=True)
class Company:
    """An invented company: its tax region, name, and unified social credit code."""

    region: str
    name: str
    tax_id: str


def credit_code(region: str, chance: Random) -> str:
    """A code with both check characters right (GB 32100-2015) of an invented organisation."""
    serial = "".join(ALPHABET[int(chance.random() * len(ALPHABET))] for _ in range(5))
    organisation = _INVENTED + serial
    body = f"91{region}00{organisation}{organisation_check_character(organisation)}"
    return body + check_character(body)


def invent(count: int, chance: Random) -> list[Company]:
    """`count` companies, the regions in turn."""
    regions = tuple(REGIONS.items())
    companies = []
    for index in range(count):
        region, place = regions[index % len(regions)]
        mark = chance.choice(_MARKS) + chance.choice(_MARKS)
        name = f"示例{place}{mark}{chance.choice(_TRADES)}有限公司"
        companies.append(Company(region, name, credit_code(region, chance)))
    return companies
