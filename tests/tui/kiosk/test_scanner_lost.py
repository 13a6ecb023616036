"""What is broken is said where it matters: without a scanner nobody is asked to scan."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from tests.tui.kiosk.scenes import (
    NO_SCANNER,
    SCANNER_LOST,
    SCANNER_UNKNOWN,
    app_of,
    settled,
    shows,
    until,
    with_health,
)
from tests.tui.scripted_ports import Kiosk
from tui.widgets.large_words import LargeWords, large_lines

HOLD = "对准扫码器"


def text_of(pilot: Pilot[None]) -> str:
    strips = app_of(pilot).screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_a_scanner_that_dies_changes_start_and_home_and_back(size: tuple[int, int]) -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=size) as pilot:
        await until(pilot, lambda: app_of(pilot).ports is not None)
        await settled(pilot)
        assert HOLD in text_of(pilot)
        kiosk.status.tell(SCANNER_LOST)
        await until(pilot, lambda: "扫码器坏了：请按【开始】，手工输入" in text_of(pilot))
        assert HOLD not in text_of(pilot)
        await pilot.press("space")
        await shows(pilot, "HomeScreen")
        assert "扫码器坏了：请选 1，手工输入" in text_of(pilot)
        assert HOLD not in text_of(pilot)
        large = app_of(pilot).screen.query_one(LargeWords)
        assert str(large.content) == large_lines("查验")
        kiosk.status.tell(replace(SCANNER_LOST, scanner="ready"))
        await until(pilot, lambda: HOLD in text_of(pilot))


async def test_a_kiosk_without_a_scanner_invites_to_type() -> None:
    kiosk = with_health(NO_SCANNER)()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "请按【开始】，手工输入发票内容" in text_of(pilot))
        assert HOLD not in text_of(pilot)
        assert "坏了" not in text_of(pilot)
        await pilot.press("space", "1")
        await shows(pilot, "VerifyScreen")
        assert "扫" not in text_of(pilot)


async def test_of_a_scanner_that_has_not_shown_itself_both_ways_are_told() -> None:
    kiosk = with_health(SCANNER_UNKNOWN)()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "没有反应？请按【开始】，手工输入" in text_of(pilot))
        assert HOLD in text_of(pilot)
