"""Whoever sees little can read the pages: contrast by WCAG 2.2, light and dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STYLE = (Path(__file__).parents[3] / "helpdesk/pages/templates/style.css").read_text("utf-8")
ENOUGH = 4.5
"""Of text to what is behind it, level AA."""


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", block))


LIGHT, DARK = (colours(line) for line in STYLE.splitlines() if "--paper: #" in line)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["ink", "soft", "link", "good", "caution", "bad"])
def test_text_stands_out_from_the_paper(scheme: dict[str, str], name: str) -> None:
    assert contrast(scheme[name], scheme["paper"]) >= ENOUGH


def test_both_schemes_name_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    used = set(re.findall(r"var\(--([a-z]+)\)", STYLE))
    assert used == LIGHT.keys()
