"""Each key of the technician's last lines does by a click what it does when pressed."""

from __future__ import annotations

import asyncio

import pytest
from textual.dom import DOMNode
from textual.pilot import Pilot

from tests.tui.kiosk.scenes import until
from tests.tui.technician.scripted import SCENES, ScriptedKiosk, app_of, asked, looked_at
from tui.technician.confirm import ConfirmScreen
from tui.technician.ports import Action
from tui.widgets.target import Target

KEYS = {"Esc": "escape", "PgUp": "pageup", "PgDn": "pagedown", "Enter": "enter"}


def keys_of(pilot: Pilot[None]) -> list[Target]:
    return [*app_of(pilot).screen.query("KeyLine Target").results(Target)]


@pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", ["well", "log", "doctor", "confirm"])
async def test_a_click_is_the_key(
    name: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = SCENES[name]
    kiosk = ScriptedKiosk(scene.looked)
    async with kiosk.app("en").run_test(size=size) as pilot:
        await scene.steps(pilot, kiosk)
        done: list[tuple[DOMNode, str, object]] = []

        async def dispatch(node: DOMNode, action: str, params: object) -> bool:
            done.append((node, action, params))
            return True

        monkeypatch.setattr(app_of(pilot), "_dispatch_action", dispatch)
        assert keys_of(pilot)
        for target in keys_of(pilot):
            key = str(target.content).partition(" ")[0]
            assert target.region.right <= size[0], "it is not all to be seen"
            assert await pilot.click(target)
            await pilot.pause()
            clicked, done[:] = [*done], []
            await pilot.press(KEYS.get(key, key.lower()))
            await pilot.pause()
            pressed, done[:] = [*done], []
            assert len(clicked) == 1, f"{key} is dead"
            assert clicked == pressed


async def test_a_mouse_alone_asks_confirms_and_goes_back() -> None:
    kiosk = ScriptedKiosk(gate=asyncio.Event())
    async with kiosk.app("en").run_test(size=(80, 24)) as pilot:
        await asked("t")(pilot, kiosk)
        (yes, _) = keys_of(pilot)
        assert await pilot.click(yes)
        await until(pilot, lambda: kiosk.acted == [Action.PRINT])
        assert kiosk.gate is not None
        kiosk.gate.set()
        await until(pilot, lambda: len(keys_of(pilot)) == 1)
        assert await pilot.click(keys_of(pilot)[0])
        await until(pilot, lambda: not isinstance(app_of(pilot).screen, ConfirmScreen))
        await looked_at(pilot, kiosk)
