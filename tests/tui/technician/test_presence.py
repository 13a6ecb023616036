from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tui.technician.presence import Presence, State

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def after(*pids: int | None) -> Presence:
    presence = Presence()
    for number, pid in enumerate(pids):
        presence = presence.seen(pid, NOW + number * SECOND)
    return presence


def test_the_first_look_tells_of_no_restart() -> None:
    assert after(7) == Presence(State.THERE, NOW, 7)
    assert after(7, 7, 7) == Presence(State.THERE, NOW, 7)


def test_a_kiosk_that_ends_is_away_since_then() -> None:
    assert after(7, None, None) == Presence(State.AWAY, NOW + SECOND, None, 7)


def test_a_kiosk_that_comes_back_is_another_process() -> None:
    assert after(7, None, 8) == Presence(State.BACK, NOW + 2 * SECOND, 8, 7)


def test_a_restart_between_two_looks_is_seen_by_its_process() -> None:
    assert after(7, 8) == Presence(State.BACK, NOW + SECOND, 8, 7)


def test_a_kiosk_that_was_not_there_comes() -> None:
    assert after(None, 8) == Presence(State.BACK, NOW + SECOND, 8, None)


@given(st.lists(st.none() | st.integers(1, 4), min_size=1))
def test_it_tells_of_the_last_look(pids: list[int | None]) -> None:
    presence = after(*pids)
    assert presence.pid == pids[-1]
    assert (presence.state is State.AWAY) == (pids[-1] is None)
    assert presence.since is not None
