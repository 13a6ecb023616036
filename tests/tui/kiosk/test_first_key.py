"""A key that comes before the start is painted: the kiosk gets what it works with all the same."""

from __future__ import annotations

import pytest
from textual.events import Key

from tests.tui.kiosk.scenes import app_of, shows, until
from tests.tui.scripted_ports import Kiosk


@pytest.mark.parametrize("later", range(6))
async def test_a_key_before_the_first_paint_loses_nothing(later: int) -> None:
    """`later`: how many rounds of messages after the app itself has begun."""
    kiosk = Kiosk()
    app = kiosk.app()

    def press(rounds: int) -> None:
        if rounds:
            app.call_later(press, rounds - 1)
        else:
            app.post_message(Key("space", " "))

    app.call_later(press, later)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "HomeScreen")
        await until(pilot, lambda: app_of(pilot).ports is not None)
