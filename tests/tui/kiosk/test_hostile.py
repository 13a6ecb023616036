"""Hostile strings in every field and every scan, on every screen: shown as text or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.events import Paste

from invoices.face import details_of
from invoices.told import Told
from invoices.verdict import Source, State, Verdict
from tests.tui.kiosk.scenes import SCENES, app_of, play, settled, shows, until
from tests.tui.kiosk.test_scanning import OTHER_SCAN
from tests.tui.scripted_ports import (
    CENTRE,
    FACE,
    NOW,
    SCAN,
    Kiosk,
    ScriptedChecks,
    ScriptedRecords,
    ScriptedSlips,
    check_of,
)
from tui.kiosk.ports import Refused, Sample, SlipShown, SlipState, Summary
from tui.plain_text import LONGEST, plain_text

HOSTILE = {
    "closing tag": "[/]",
    "link": "[@click=app.quit]x[/]",
    "escape": "\x1b[2J\x1b]0;owned\x07\x1b[?1049l",
    "c1": "\x9b31m\x90\x9d",
    "bidi": "\u202e税号\u202c\u2066x\u2069",
    "zero width": "a\u200b\u200d\ufeffb",
    "blank letters": "a\u3164\u2800\uffa0\u115f\u1160b",
    "arabic mark and tags": "a\u061c\U000e0041\ue000b",
    "long": "长" * 10_000,
    "emoji": "👩\u200d👩\u200d👧\U0001f1e8\U0001f1f3 e\u0301\u0301\u0301",
    "lines": "a\nb\rc\u2028d\te",
    "percent": "%s {0} {record} {{}} $foreground",
    "lone surrogate": "\ud800x",
    "braces": "{",
}
FORBIDDEN = (
    *("\x1b", "\x9b", "\x07", "\u202e", "\u2066", "\u200b", "\ufeff", "\n", "\u2028"),
    *("\u3164", "\u2800", "\uffa0", "\u115f", "\u1160", "\u061c", "\U000e0041", "\ue000"),
)
SCREENS = [
    "attract",
    "home",
    "verify_code",
    "verify_chain_kept",
    "verify_amount",
    "history",
    "result_match_normal",
    "unread",
    "doubtful_code",
    "help_5",
    "leaving",
]


@pytest.mark.parametrize("sort", HOSTILE)
def test_plain_text_is_one_short_visible_line(sort: str) -> None:
    shown = plain_text(HOSTILE[sort])
    assert len(shown) <= LONGEST
    assert not any(sign in shown for sign in FORBIDDEN)
    assert shown.isprintable() or sort == "lone surrogate"


@pytest.mark.parametrize("name", SCREENS)
async def test_hostile_scans_keys_and_pastes_on_every_screen(name: str) -> None:
    scene = SCENES[name]
    kiosk = scene.kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, scene)
        app = app_of(pilot)
        for text in HOSTILE.values():
            app.screen.post_message(Paste(text))
            await pilot.press(*(sign for sign in text[:12] if sign.isprintable() and sign != " "))
            app.receive_scan(text.encode("utf-8", "surrogatepass"))
            await settled(pilot)
            assert app.is_running
            assert not kiosk.faults
        app.receive_scan(SCAN)
        await shows(pilot, "ResultScreen")


@pytest.mark.parametrize("sort", HOSTILE)
@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_hostile_strings_in_everything_a_port_can_say(
    sort: str, size: tuple[int, int]
) -> None:
    text = HOSTILE[sort]
    details = replace(
        details_of(FACE),
        code=text,
        number=text,
        check_code=text,
        seller_name=text,
        seller_tax_id=text,
    )
    kiosk = Kiosk(
        checks=ScriptedChecks(check_of(Verdict.MATCH, State.NORMAL, details=details)),
        slips=ScriptedSlips(first=SlipShown(SlipState.WAITING, text)),
        records=ScriptedRecords(
            Summary(text, NOW, Told(Verdict.MATCH, State.VOIDED, Source.REGISTRY, NOW))
        ),
        samples=(Sample(text, text.encode("utf-8", "surrogatepass")),),
        centre=replace(CENTRE, name=text, name_en=text, hotline=text, hours=text, address=text),
    )
    async with kiosk.app().run_test(size=size) as pilot:
        app = app_of(pilot)
        await until(pilot, lambda: app.ports is not None)
        app.receive_scan(SCAN)
        await shows(pilot, "ResultScreen")
        assert kiosk.checks is not None
        for answer in (Refused("tui.timeout", {"record": text}), Refused(text, {text: text})):
            kiosk.checks.answer = answer
            app.receive_scan(OTHER_SCAN)
            await shows(pilot, "NoticeScreen")
        app.find(text, None)
        await shows(pilot, "NoticeScreen")
        await pilot.press("f1", "5", "escape", "f9", "enter")
        await settled(pilot)
        painted = "".join(
            segment.text for strip in app.screen._compositor.render_strips() for segment in strip
        )
        assert not any(sign in painted for sign in FORBIDDEN)
        app.fail(text)
        await shows(pilot, "OutOfServiceScreen")
        assert not kiosk.faults
