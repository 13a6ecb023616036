"""An overlay tells what changed, and keeps silent about everything else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.packs.records import Records
from invoices.pack import Overlay, PackError, PackFault
from invoices.pack.finding import StatusCode
from invoices.pack.header import HEADER_BYTES
from tests.helpdesk.packs.synthetic import KEY, overlay_bytes, registry, resealed, settings

CHANGES = (0.1, 0.3, 0.2, 0.1, 0.1, 0.2)


def opened(changes: Records, shard_keys: int = 1 << 20) -> Overlay:
    return Overlay.open(memoryview(overlay_bytes(changes, shard_keys=shard_keys)), [KEY])


@given(
    count=st.integers(0, 300), seed=st.integers(0, 2**32), shard_keys=st.sampled_from((8, 1 << 20))
)
def test_every_change_is_told(count: int, seed: int, shard_keys: int) -> None:
    changes = registry(count, seed, CHANGES)
    overlay = opened(changes, shard_keys)
    for h, h2, _, code in changes.tolist():
        assert overlay.code(h, h2) == code


def test_other_invoices_are_not_mentioned() -> None:
    overlay = opened(registry(500, 1, CHANGES))
    absent = np.random.default_rng(9).integers(0, 2**64, 20_000, dtype=np.uint64)
    assert {overlay.code(h, 0) for h in absent.tolist()} == {None}


def test_changes_that_share_their_digest_are_told_apart() -> None:
    changes = registry(3, 1, CHANGES)
    changes["h"][:2] = changes["h"][0]
    changes["state"] = (1, 5, 0)
    overlay = opened(changes)
    h, first, second = int(changes["h"][0]), int(changes["h2"][0]), int(changes["h2"][1])
    assert (overlay.code(h, first), overlay.code(h, second)) == (1, 5)
    assert overlay.code(h, 99) is None


def test_its_id_must_name_a_day() -> None:
    data = bytearray(overlay_bytes(registry(2)))
    assert overlay_day_of(data, b"ovr-2026-11-24") == "2026-11-24"
    with pytest.raises(PackError) as caught:
        overlay_day_of(data, b"ovr-2026-02-30")
    assert caught.value.code == PackFault.ID


def overlay_day_of(data: bytearray, name: bytes) -> str:
    data[0x10 : 0x10 + len(name)] = name
    return Overlay.open(memoryview(resealed(bytes(data))), [KEY]).day.isoformat()


def test_an_overlay_says_since_when() -> None:
    overlay = opened(registry(2))
    assert overlay.header.since == 0
    assert overlay.as_of == settings().moments.as_of


def test_a_status_that_no_overlay_may_hold_mentions_nobody() -> None:
    """With one entry its first row is in every value: flipping two bits there makes code 6."""
    changes = registry(1)
    changes["state"] = StatusCode.WITHDRAWN
    data = bytearray(overlay_bytes(changes))
    data[HEADER_BYTES] ^= StatusCode.WITHDRAWN ^ 6
    overlay = Overlay.open(memoryview(resealed(bytes(data))), [KEY])
    assert overlay.code(int(changes["h"][0]), int(changes["h2"][0])) is None
