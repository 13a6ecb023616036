"""Changing the language on a screen gives the very screen that opens in that language."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.tui.kiosk.scenes import SCENES, app_of, play, settled

SCREENS = (
    "attract",
    "preparing",
    "home_troubled",
    "verify_number",
    "verify_chain_kept",
    "checking",
    "result_match_normal",
    "result_match_red",
    "result_match_contrast",
    "result_match_pack",
    "result_mismatch",
    "slip_waiting",
    "slip_doubtful",
    "no_printer",
    "unread",
    "doubtful_code",
    "history",
    "summary",
    "no_record",
    "help_1",
    "samples",
    "leaving",
    "out_of_service",
)
"""Every class of screen, and of results those that are planned differently."""


Lines = list[list[tuple[str, str]]]


async def seen(name: str, opened: str, chosen: str) -> tuple[Lines, Lines]:
    """The screen as opened in one language, and after a change to another."""
    scene = SCENES[name]
    kiosk = scene.kiosk()
    async with kiosk.app(opened, scene.theme).run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, scene)
        before = painted(pilot)
        app_of(pilot).choose_language(chosen)
        await settled(pilot)
        return before, painted(pilot)


def painted(pilot: Pilot[None]) -> Lines:
    return [
        [(segment.text, str(segment.style)) for segment in strip.simplify()]
        for strip in app_of(pilot).screen._compositor.render_strips()
    ]


@pytest.mark.parametrize("name", SCREENS)
async def test_a_change_of_language_leaves_nothing_behind(name: str) -> None:
    chinese, changed_to_english = await seen(name, "zh_CN", "en")
    english, changed_to_chinese = await seen(name, "en", "zh_CN")
    assert changed_to_english == english
    assert changed_to_chinese == chinese
    assert english != chinese
