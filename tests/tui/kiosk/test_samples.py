"""The demo's sheet: it scans, and it is the only way out of a demo."""

from __future__ import annotations

import pytest

from tests.tui.kiosk.scenes import SAMPLES, app_of, settled
from tests.tui.scripted_ports import Kiosk
from tui.kiosk.ports import Entry
from tui.kiosk.screens.home import HomeScreen
from tui.kiosk.screens.samples import SamplesScreen


async def test_a_line_of_the_sheet_is_scanned() -> None:
    kiosk = Kiosk(samples=SAMPLES)
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("space", "f9")
        assert isinstance(app_of(pilot).screen, SamplesScreen)
        await pilot.press("enter")
        await settled(pilot)
        assert kiosk.checks is not None
        assert [entry for _, entry in kiosk.checks.asked] == [Entry.SCAN]


@pytest.mark.parametrize("key", ["q", "Q"])
async def test_q_on_the_sheet_ends_the_demo(key: str) -> None:
    kiosk = Kiosk(samples=SAMPLES)
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("space", key)
        await settled(pilot)
        assert not app_of(pilot)._exit
        await pilot.press("f9", key)
        await settled(pilot)
        assert app_of(pilot)._exit
        assert app_of(pilot).return_code in {0, None}


async def test_a_real_kiosk_has_no_sheet_and_no_end() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("space", "f9")
        await settled(pilot)
        assert isinstance(app_of(pilot).screen, HomeScreen)
        app_of(pilot).end_demo()
        await settled(pilot)
        assert not app_of(pilot)._exit
