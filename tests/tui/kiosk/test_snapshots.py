"""Every screen as a picture, in both languages and sizes; look at the report before accepting."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from tests.tui.kiosk.scenes import SCENES, app_of, play
from tests.tui.kiosk.unseen import faults

CASES = [
    pytest.param(name, language, size, id=f"{name}-{language}-{size[0]}x{size[1]}")
    for name, scene in SCENES.items()
    for language in ("zh_CN", "en")
    for size in scene.sizes
]


@pytest.mark.parametrize(("name", "language", "size"), CASES)
def test_screen(
    name: str, language: str, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    scene = SCENES[name]
    kiosk = scene.kiosk()
    unseen: list[str] = []

    async def before(pilot: Pilot[None]) -> None:
        await play(pilot, kiosk, scene)
        if name != "too_small":
            unseen.extend(faults(app_of(pilot).screen))

    app = kiosk.app(language, scene.theme)
    assert snap_compare(app, terminal_size=size, run_before=before)
    assert not kiosk.faults
    assert unseen == []
