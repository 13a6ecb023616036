"""Key rotation: whichever answer gets lost, the kiosk is never locked out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.identity.rotation import LIFE
from kiosk.policy import Policy
from tests.kiosk.stand_ins import new_check
from tests.kiosk.sync.room import Kiosk, kiosk_of


def signing(kiosk: Kiosk) -> bytes:
    assert kiosk.identities.current is not None
    return kiosk.identities.current.pair.public.signing


async def test_an_old_key_is_replaced_and_the_server_drops_it(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        assert await kiosk.sync.round()
        first = signing(kiosk)
        kiosk.clock.move(LIFE.total_seconds())
        assert await kiosk.sync.round()
        assert signing(kiosk) != first
        assert len(kiosk.centre.keys) == 2, "both count until the new one is used"
        assert await kiosk.sync.round()
        assert [keys.signing for keys in kiosk.centre.keys.values()] == [signing(kiosk)]
        assert kiosk.identities.needed.key_since == kiosk.clock.now()


@given(faults=st.lists(st.sampled_from(["", "lost", "unanswered"]), min_size=8, max_size=16))
async def test_no_lost_answer_locks_the_kiosk_out(
    tmp_path_factory: pytest.TempPathFactory, faults: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("kiosk")
    async with kiosk_of(folder) as kiosk:
        await kiosk.enrolled()
        first = signing(kiosk)
        kiosk.clock.move(LIFE.total_seconds())
        kiosk.centre.faults = [fault or (lambda reply: reply) for fault in faults]
        for _ in range(4):
            await kiosk.sync.round()
    # The power goes at whatever step it was.
    async with kiosk_of(folder, kiosk.centre, kiosk.clock, seed=2) as again:
        again.centre.faults = []
        for _ in range(3):
            await again.sync.round()
        assert await again.sync.round()
        assert signing(again) != first
        assert len(again.centre.keys) == 1


async def test_a_server_restored_to_before_the_rotation_knows_the_previous_key(
    tmp_path: Path,
) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        backup = dict(kiosk.centre.keys)
        kiosk.clock.move(LIFE.total_seconds())
        await kiosk.sync.round()
        await kiosk.sync.round()
        kiosk.centre.keys = backup
        await kiosk.database.checks.add(new_check("a"))
        await kiosk.sync.round()
        for _ in range(3):
            await kiosk.sync.round()
        assert len(kiosk.ledger.applied) == 1
        assert [keys.signing for keys in kiosk.centre.keys.values()] == [signing(kiosk)]
        assert kiosk.identities.needed.key_since >= kiosk.clock.now() - timedelta(hours=1)


async def test_without_the_second_phase_a_restored_server_would_lock_it_out(
    tmp_path: Path,
) -> None:
    async with kiosk_of(tmp_path, policy=Policy(keys_in_two_phases=False)) as kiosk:
        await kiosk.enrolled()
        backup = dict(kiosk.centre.keys)
        kiosk.clock.move(LIFE.total_seconds())
        await kiosk.sync.round()
        kiosk.centre.keys = backup
        for _ in range(3):
            assert not await kiosk.sync.round()


async def test_a_key_of_tomorrow_is_turned_once_more_when_the_clock_is_right(
    tmp_path: Path,
) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        kiosk.clock.set_wrong(timedelta(days=3650))
        await kiosk.sync.round()
        wrong = signing(kiosk)
        kiosk.clock.set_wrong(timedelta(days=-3650))
        await kiosk.sync.round()
        assert signing(kiosk) != wrong
        right = signing(kiosk)
        for _ in range(3):
            assert await kiosk.sync.round()
        assert signing(kiosk) == right
