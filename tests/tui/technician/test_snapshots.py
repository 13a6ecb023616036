"""The technician's screens as pictures, in both languages and sizes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from tests.tui.technician.scripted import SCENES, ScriptedKiosk, play

CASES = [
    pytest.param(name, language, size, id=f"{name}-{language}-{size[0]}x{size[1]}")
    for name in SCENES
    for language in ("zh_CN", "en")
    for size in ((80, 24), (160, 50))
]


@pytest.mark.parametrize(("name", "language", "size"), CASES)
def test_screen(
    name: str, language: str, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    scene = SCENES[name]
    kiosk = ScriptedKiosk(scene.looked)

    async def before(pilot: Pilot[None]) -> None:
        await play(pilot, kiosk, scene)

    app = kiosk.app(language, plain=scene.plain)
    assert snap_compare(app, terminal_size=size, run_before=before)
    assert not kiosk.faults
