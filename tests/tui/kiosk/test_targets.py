"""What stands in head and foot does by touch what its key does, on every screen."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from textual.app import App
from textual.command import CommandPalette
from textual.dom import DOMNode
from textual.pilot import Pilot

from tests.tui.kiosk.scenes import SAMPLES, SCENES, app_of, play, settled, shows, typed
from tests.tui.scripted_ports import Kiosk
from tui.kiosk.app import KioskApp
from tui.kiosk.hardened import HardenedApp
from tui.kiosk.screen import KioskScreen
from tui.widgets.target import Target

SCREENS = (
    "attract",
    "home",
    "home_only_help",
    "verify_number",
    "verify_chain_kept",
    "checking",
    "result_match_normal",
    "result_mismatch",
    "unread",
    "doubtful_code",
    "history",
    "summary",
    "help_1",
    "samples",
    "leaving",
    "out_of_service",
)
"""Every class of screen, and those with other ways on."""
SMALL, LARGE = (80, 24), (160, 50)
CASES = [
    *(pytest.param(name, LARGE, id=name) for name in SCREENS),
    *(
        pytest.param(name, SMALL, id=f"{name}-small")
        for name in ("home", "verify_number", "help_1")
    ),
]
KEYS = {"Esc": "escape", "Enter": "enter"}


@dataclass
class Dispatched:
    """Actions that were run, and on what; none of them is let through."""

    actions: list[tuple[DOMNode, str, object]] = field(default_factory=list)

    async def __call__(self, node: DOMNode, name: str, params: object) -> bool:
        self.actions.append((node, name, params))
        return True


def foot_of(pilot: Pilot[None]) -> list[Target]:
    return [*app_of(pilot).screen.query("Foot Target").results(Target)]


@pytest.mark.parametrize(("name", "size"), CASES)
async def test_what_stands_in_the_foot_and_the_head_is_under_the_finger(
    name: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = SCENES[name]
    kiosk = scene.kiosk()
    kiosk.samples = SAMPLES
    async with kiosk.app().run_test(size=size) as pilot:
        await play(pilot, kiosk, scene)
        dispatched = Dispatched()
        monkeypatch.setattr(app_of(pilot), "_dispatch_action", dispatched)
        for target in foot_of(pilot):
            key = str(target.content).partition(" ")[0]
            assert await pilot.click(target)
            await settled(pilot)
            touched, dispatched.actions = [*dispatched.actions], []
            await pilot.press(KEYS.get(key, key.lower()))
            await settled(pilot)
            pressed, dispatched.actions = [*dispatched.actions], []
            assert len(touched) == 1, f"{key} is dead"
            assert touched == pressed
            node, action, _ = touched[0]
            assert callable(getattr(node, f"action_{action}", None))
        monkeypatch.undo()
        await large_and_english(pilot)


def other_language(pilot: Pilot[None]) -> Target:
    languages = app_of(pilot).screen.query("Head .language").results(Target)
    return next(each for each in languages if not each.has_class("-current"))


async def large_and_english(pilot: Pilot[None]) -> None:
    """Touch them in the head; the screen stays what it is."""
    app = app_of(pilot)
    before = type(app.screen)
    assert await pilot.click("Head .look")
    await settled(pilot)
    assert app.theme == "contrast"
    assert await pilot.click("Head .look")
    assert await pilot.click(other_language(pilot))
    await settled(pilot)
    assert (app.theme, app.wording.language) == ("default", "en")
    assert type(app.screen) is before


@pytest.mark.parametrize("name", ["home", "result_match_normal", "history"])
async def test_help_is_under_the_finger_at_80_columns_in_the_demo_too(name: str) -> None:
    scene = SCENES[name]
    kiosk = scene.kiosk()
    kiosk.samples = SAMPLES
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, scene)
        (target,) = (each for each in foot_of(pilot) if str(each.content).startswith("F1"))
        assert await pilot.click(target)
        await shows(pilot, "HelpScreen")


class Crowded(KioskScreen):
    """A screen with more to do than the foot has places."""

    BINDINGS = [  # noqa: RUF012 - as Textual declares it
        *((key, f"go('{key}')", "foot.home") for key in "abcd")
    ]


async def test_help_keeps_its_place_beside_four_things_to_do() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, SCENES["home"])
        app_of(pilot).show(Crowded(app_of(pilot)))
        await shows(pilot, "Crowded")
        keys = [str(target.content).partition(" ")[0] for target in foot_of(pilot)]
        assert keys == ["A", "B", "C", "D", "F1"]


@pytest.mark.parametrize("overlays", [1, 2])
async def test_a_language_chosen_over_an_overlay_holds_for_the_page_below(overlays: int) -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        app = app_of(pilot)
        app.ticker.stop()
        await typed("011002600111", "1234")(pilot, kiosk)
        await pilot.press("f1")
        await shows(pilot, "HelpScreen")
        if overlays > 1:
            for _ in range(48):
                app.second_passed()
            await shows(pilot, "LeavingScreen")
        await pilot.click(other_language(pilot))
        await settled(pilot)
        await pilot.press(*["enter", "escape"][-overlays:])
        await shows(pilot, "VerifyScreen")
        question = str(app.screen.query_one("#question").render())
        assert question == "Please type the invoice number"
        assert [str(each.content) for each in foot_of(pilot)][1] == "Enter  Next"


def palettes(app: KioskApp) -> list[object]:
    return [each for each in app.screen_stack if isinstance(each, CommandPalette)]


@pytest.mark.parametrize("name", ["attract", "verify_number"])
async def test_no_key_leads_to_the_command_palette(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each lock is tried with the others open: as if the action did what Textual's does.
    monkeypatch.setattr(HardenedApp, "action_command_palette", App.action_command_palette)
    scene = SCENES[name]
    kiosk = scene.kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, scene)
        app = app_of(pilot)
        actions = {active.binding.action for active in app.screen.active_bindings.values()}
        assert not {"command_palette", "app.command_palette"} & actions
        app.use_command_palette = True
        await pilot.press("ctrl+p", App.COMMAND_PALETTE_BINDING, "ctrl+backslash")
        await settled(pilot)
        assert palettes(app) == []


async def test_the_command_palette_is_switched_off_also_for_who_reaches_its_action() -> None:
    assert not KioskApp.ENABLE_COMMAND_PALETTE
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, SCENES["home"])
        app = app_of(pilot)
        assert not app.use_command_palette
        App.action_command_palette(app)
        await settled(pilot)
        assert palettes(app) == []
        app.use_command_palette = True
        await app.run_action("command_palette")
        await settled(pilot)
        assert palettes(app) == []
