from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.wire import clock_anchor
from helpdesk.wire.clock_anchor import ClockAnchor
from helpdesk.wire.errors import WireError
from helpdesk.wire.hlc import AHEAD_MS, Hlc

MS = st.integers(0, 2**46)
MOMENTS = st.builds(Hlc, MS, st.integers(0, 2**16 - 1))
WALLS = st.integers(-(10**13), 2**46)


@given(MOMENTS, MOMENTS)
def test_packed_moments_keep_their_order(one: Hlc, two: Hlc) -> None:
    assert (one < two) == (one.packed < two.packed)
    assert Hlc.unpack(one.packed) == one
    assert one.packed < 2**63


@given(MOMENTS, st.lists(WALLS, max_size=20))
def test_local_time_always_goes_on(start: Hlc, walls: list[int]) -> None:
    moment = start
    for wall in walls:
        after = moment.tick(wall)
        assert after > moment
        assert after.ms >= wall
        moment = after


@given(MOMENTS, MOMENTS, WALLS, MS)
def test_a_message_is_after_all_it_may_know(mine: Hlc, remote: Hlc, wall: int, server: int) -> None:
    received = mine.receive(remote, wall, server)

    assert received.hlc > mine
    limit = server + AHEAD_MS
    assert received.hlc <= max(mine, Hlc(limit)).following()
    within = max(remote.ms, wall) < limit
    if within:
        assert not received.clamped
        assert received.hlc > remote
        assert received.hlc.ms >= wall
    if max(remote.ms, wall) > limit:
        assert received.clamped


def test_the_counter_runs_over_into_the_milliseconds() -> None:
    assert Hlc(5, 2**16 - 1).tick(0) == Hlc(6)
    assert Hlc(5, 3).tick(5) == Hlc(5, 4)
    assert Hlc(5, 3).tick(6) == Hlc(6)


@pytest.mark.parametrize(("ms", "counter"), [(-1, 0), (2**47, 0), (0, -1), (0, 2**16)])
def test_a_moment_has_bounds(ms: int, counter: int) -> None:
    with pytest.raises(WireError) as raised:
        Hlc(ms, counter)

    assert raised.value.code == "hlc.range"


def test_an_anchor_places_every_entry_of_its_boot() -> None:
    now = datetime(2026, 11, 24, 2, tzinfo=UTC)
    anchor = ClockAnchor(b"b" * 16, 90_000, now)

    assert anchor.occurred_at(b"b" * 16, 30_000) == now - timedelta(minutes=1)
    assert anchor.occurred_at(b"b" * 16, 90_500) == now + timedelta(milliseconds=500)
    assert anchor.occurred_at(b"c" * 16, 30_000) is None
    assert anchor.occurred_at(b"b" * 16, (1 << 63) - 1) is None
    assert anchor.occurred_at(b"b" * 16, 1 << 48) is None


def test_a_clock_is_suspect_when_it_goes_back_or_is_off() -> None:
    now = datetime(2026, 11, 24, 2, tzinfo=UTC)
    second = timedelta(seconds=1)

    assert not clock_anchor.suspect(now, None)
    assert not clock_anchor.suspect(now, now, now + 120 * second)
    assert clock_anchor.suspect(now, now + second)
    assert clock_anchor.suspect(now, None, now + 121 * second)
    assert clock_anchor.suspect(now, None, now - 121 * second)
