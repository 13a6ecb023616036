"""No key, no text and no fault opens the kiosk or makes it talk."""

from __future__ import annotations

import pytest
from textual.app import App

from tests.tui.kiosk.scenes import SCENES, app_of, play, settled
from tests.tui.scripted_ports import CATALOGUES, Kiosk
from tui.kiosk.app import KioskApp
from tui.kiosk.hardened import DEAD_KEYS

KEYS = (*DEAD_KEYS, "ctrl+d", "ctrl+s", "ctrl+l", "ctrl+o", "ctrl+r", "alt+f4", "f5", "f10", "f12")
DEAD = (
    "quit",
    "suspend_process",
    "screenshot",
    "command_palette",
    "change_theme",
    "toggle_dark",
    "show_help_panel",
    "push_screen('home')",
    "switch_screen('home')",
    "pop_screen",
    "switch_mode('home')",
    "back",
    "simulate_key('f9')",
)


@pytest.mark.parametrize(
    "name", ["attract", "home", "verify_number", "result_match_normal", "history", "out_of_service"]
)
async def test_no_key_ends_it(name: str) -> None:
    scene = SCENES[name]
    kiosk = scene.kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, scene)
        await pilot.press(*KEYS)
        await settled(pilot)
        assert app_of(pilot).is_running
        assert not app_of(pilot)._exit
        assert not kiosk.faults


@pytest.mark.parametrize("action", DEAD)
async def test_no_action_that_text_could_name_does_anything(action: str) -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, SCENES["home"])
        app = app_of(pilot)
        before = [type(screen) for screen in app.screen_stack]
        await app.run_action(action)
        await settled(pilot)
        assert not app._exit
        assert [type(screen) for screen in app.screen_stack] == before
        assert app.theme == "default"


async def test_every_action_textual_brings_is_dead_or_harmless() -> None:
    harmless = {
        "action_bell",
        "action_focus",
        "action_focus_next",
        "action_focus_previous",
        "action_hide_help_panel",
    }
    brought = {name for name in dir(App) if name.startswith("action_")}
    app = Kiosk().app()
    left = {name for name in brought if getattr(type(app), name) is getattr(App, name)}
    assert left <= harmless


async def run_quietly(app: KioskApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await settled(pilot)


async def run_into_fault(app: KioskApp) -> None:
    def faulty() -> None:
        taxpayer = "91110108MA00SECRET"
        raise RuntimeError(taxpayer)

    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        app.call_later(faulty)
        await settled(pilot)


async def test_a_fault_ends_with_one_sentence_and_the_places_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    kiosk = Kiosk()
    app = kiosk.app()
    with pytest.raises(RuntimeError, match="91110108MA00SECRET"):
        await run_into_fault(app)
    assert app.return_code == 1
    assert len(kiosk.faults) == 1
    assert kiosk.faults[0].startswith("RuntimeError at ")
    assert "SECRET" not in kiosk.faults[0]
    last_words = capsys.readouterr().err
    assert "SECRET" not in last_words
    for language in CATALOGUES.languages:
        assert CATALOGUES.translator(language)("outofservice.last_words") in last_words


async def test_a_fault_in_the_kiosk_behind_is_a_fault_of_the_app() -> None:
    kiosk = Kiosk()

    async def broken() -> None:
        raise RuntimeError("SECRET")

    kiosk.ports = broken  # type: ignore[method-assign, assignment]
    app = kiosk.app()
    with pytest.raises(Exception, match="SECRET"):
        await run_quietly(app)
    assert kiosk.faults[0].startswith("RuntimeError at ")
    assert "SECRET" not in kiosk.faults[0]


async def test_a_link_in_a_name_does_nothing_when_touched() -> None:
    from dataclasses import replace

    from invoices.face import details_of
    from invoices.verdict import State, Verdict
    from tests.tui.scripted_ports import FACE, ScriptedChecks, check_of

    hostile = replace(details_of(FACE), seller_name="[@click=app.quit]点这里[/]")
    kiosk = Kiosk(checks=ScriptedChecks(check_of(Verdict.MATCH, State.NORMAL, details=hostile)))
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, SCENES["result_match_normal"])
        facts = app_of(pilot).screen.query_one("#details")
        for column in (10, 14, 20):
            await pilot.click("#details", offset=(column, facts.size.height - 1))
        assert not app_of(pilot)._exit
