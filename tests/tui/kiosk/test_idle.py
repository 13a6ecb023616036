"""When the visitor has left, nothing of the visit is left either."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import timedelta

import pytest
from textual._context import visible_screen_stack
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Digits

from invoices.check import Check
from invoices.claim import Claim
from invoices.face import Details, details_of
from invoices.verdict import State, Verdict
from tests.tui.kiosk.scenes import SCENES, app_of, play, scan, settled, shows, typed, until
from tests.tui.scripted_ports import FACE, SCAN, Kiosk, ScriptedChecks, check_of
from tui.kiosk.idle import Idle, Presence
from tui.kiosk.ports import Refused

CANARY = "金丝雀示例公司"


def test_the_clock_of_a_visit() -> None:
    idle = Idle(20)
    presences = [idle.tick() for _ in range(20)]
    assert presences == [Presence.HERE] * 4 + [Presence.DOUBTED] * 15 + [Presence.GONE]
    idle.touch()
    assert idle.tick() is Presence.HERE


async def test_the_last_15_seconds_count_down_in_sight() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, SCENES["result_not_found"])
        app = app_of(pilot)
        for _ in range(44):
            app.second_passed()
        assert type(app.screen).__name__ == "ResultScreen"
        app.second_passed()
        await shows(pilot, "LeavingScreen")
        assert app.screen.query_one(Digits).value == "15"
        app.second_passed()
        assert app.screen.query_one(Digits).value == "14"


@pytest.mark.parametrize("sign", ["key", "touch", "scan"])
async def test_any_sign_of_life_goes_on_where_one_was(sign: str) -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, SCENES["leaving"])
        app = app_of(pilot)
        if sign == "key":
            await pilot.press("x")
        elif sign == "touch":
            await pilot.click(offset=(3, 15))
        else:
            kiosk.clock.moment += timedelta(seconds=45)
            app.receive_scan(SCAN)
        await shows(pilot, "ResultScreen")
        assert app.seconds_left == 60


async def test_the_answer_says_how_long_it_stays() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, SCENES["result_not_found"])
        app_of(pilot).second_passed()
        await settled(pilot)
        foot = [str(target.render()) for target in app_of(pilot).screen.query("Foot Target")]
        assert "返回首页 59" in foot[0]


@pytest.mark.parametrize("way", ["idle", "esc", "button"])
async def test_nothing_of_the_visitor_survives(way: str) -> None:
    others = held_of(Check, Claim, Details)  # of tests that ran before, and parameters of others
    details = replace(details_of(FACE), seller_name=CANARY, number="87654321")
    kiosk = Kiosk(checks=ScriptedChecks(check_of(Verdict.MATCH, State.NORMAL, details=details)))
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        app = app_of(pilot)
        await until(pilot, lambda: app.ports is not None)
        app.ticker.stop()
        await scan(SCAN, then="ResultScreen")(pilot, kiosk)
        assert CANARY in everything_shown(app)
        await end_visit(pilot, way)
        await shows(pilot, "AttractScreen")
        assert kiosk.checks is not None
        kiosk.checks.answer = Refused("tui.no_service")
        kiosk.checks.asked.clear()
        assert len(app.screen_stack) == 1
        assert CANARY not in everything_shown(app)
        assert "87654321" not in everything_shown(app)
        del details
        visible_screen_stack.set([])  # the pilot's touches leave their trace in this very task
        await settled(pilot)
        kept = {id(one) for one in others}
        assert [one for one in held_of(Check, Claim, Details) if id(one) not in kept] == []


async def end_visit(pilot: Pilot[None], way: str) -> None:
    app = app_of(pilot)
    if way == "idle":
        for _ in range(60):
            app.second_passed()
    elif way == "esc":
        await pilot.press("escape")
        await shows(pilot, "HomeScreen")
        await pilot.press("escape")
    else:
        for _ in range(50):
            app.second_passed()
        await shows(pilot, "LeavingScreen")
        await pilot.click("#leave")


def everything_shown(app: App[None]) -> str:
    """What the widgets of all screens hold and what is painted."""
    parts: list[str] = []
    for screen in app.screen_stack:
        for widget in screen.walk_children(with_self=True):
            parts.extend(repr(value) for value in vars(widget).values())
            parts.append(str(getattr(widget, "content", "")))
        parts.extend(
            segment.text for strip in screen._compositor.render_strips() for segment in strip
        )
    return "\n".join(parts)


def held_of(*kinds: type) -> list[object]:
    gc.collect()
    return [one for one in gc.get_objects() if type(one) in kinds]


async def test_what_was_being_typed_is_gone_too() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await typed("011002600111", "8765432")(pilot, kiosk)
        app = app_of(pilot)
        app.ticker.stop()
        assert "8765432" in everything_shown(app)
        for _ in range(60):
            app.second_passed()
        await shows(pilot, "AttractScreen")
        assert "8765432" not in everything_shown(app)


async def test_an_answer_that_comes_after_the_visitor_left_is_not_shown() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, SCENES["checking"])
        app_of(pilot).leave()
        await shows(pilot, "AttractScreen")
        assert kiosk.checks is not None
        assert kiosk.checks.gate is not None
        kiosk.checks.gate.set()
        await settled(pilot)
        assert type(app_of(pilot).screen).__name__ == "AttractScreen"


async def test_language_and_look_go_back_to_the_centres_choice() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "f3", "f2")
        await settled(pilot)
        app = app_of(pilot)
        assert (app.wording.language, app.theme) == ("en", "contrast")
        app.leave()
        await settled(pilot)
        assert (app.wording.language, app.theme) == ("zh_CN", "default")


async def test_the_scrolled_lines_are_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        app = app_of(pilot)
        written: list[str] = []
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", written.append)
        app.leave()
        assert "\x1b[3J" in written


async def test_a_second_that_passes_after_the_last_screen_is_no_fault() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test() as pilot:
        app = app_of(pilot)
    assert app.screen_stack == []
    app.second_passed()
    assert kiosk.faults == []
