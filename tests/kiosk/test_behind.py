"""What stands behind the screens opens again by itself, but never a kiosk that may not serve."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from helpdesk.wire.standing import Standing
from kiosk.bootstrap import behind
from kiosk.config_file import load
from kiosk.i18n import Catalogues
from tests.kiosk.sync.room import kiosk_of
from tui.kiosk.centre import Centre

CONFIG = """
[kiosk]
server = "http://127.0.0.1:9"
data = "d"
samples = "samples.jsonl"
"""


@dataclass
class Screens:
    """The app as what stands behind it knows it; `samples` comes once it was missed."""

    samples: Path
    told: list[str] = field(default_factory=list)
    centre: Centre | None = None

    def fail(self, code: str) -> None:
        self.told.append(code)
        if code == "demo.samples":
            asyncio.get_running_loop().run_in_executor(None, self.samples.write_text, "")

    def serve(self) -> None:
        self.told.append("serve")


@pytest.mark.parametrize("standing", [Standing.ACTIVE, Standing.FENCED])
async def test_only_a_kiosk_that_may_serve_is_in_service_again(
    tmp_path: Path, standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with kiosk_of(tmp_path / "d") as kiosk:
        await kiosk.enrolled()
        await kiosk.identities.stand(standing)
    await asyncio.to_thread((tmp_path / "config.toml").write_text, CONFIG)
    config = await asyncio.to_thread(load, tmp_path / "config.toml", {})
    catalogues = await asyncio.to_thread(Catalogues)
    screens = Screens(tmp_path / "samples.jsonl")
    monkeypatch.setattr(behind, "AGAIN", 0.0)
    async with AsyncExitStack() as stack:
        app = cast(Any, screens)
        ports = await behind.open_behind(config, catalogues, app, stack)
    assert ports.checks is not None
    assert screens.centre is not None
    assert screens.centre.name == config.centre.name
    assert ports.centre == screens.centre
    assert "demo.samples" in screens.told
    assert screens.told[-1] == ("serve" if standing is Standing.ACTIVE else "kiosk.fenced")
