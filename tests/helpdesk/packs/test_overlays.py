"""An overlay that knows the registry is never wrong about one of its invoices."""

from __future__ import annotations

import numpy as np
import pytest

from helpdesk.packs.errors import PacksError
from helpdesk.packs.overlays import corrected
from helpdesk.packs.store import MemoryStore
from invoices.pack import Overlay
from tests.helpdesk.packs.synthetic import KEY, overlay_bytes, registry, settings


def test_invoices_that_would_be_mistaken_are_added_with_their_own_state() -> None:
    """At 12 bits one of 3 000 invoices or so is mistaken; at 32 bits no test could wait for it."""
    added = 0
    for seed in range(10):
        members = registry(3_000, seed)
        changes = members[:100].copy()
        changes["body"] = 0
        changes["state"] = 1
        store = MemoryStore([members])
        entries = corrected(changes, store, label=12)
        assert corrected(entries, store, label=12).tobytes() == entries.tobytes()
        states = {(int(r["h"]), int(r["h2"])): int(r["state"]) for r in members[100:]}
        assert all(states[int(r["h"]), int(r["h2"])] == r["state"] for r in entries[100:])
        added += len(entries) - 100
    assert 0 < added < 60


def test_an_invoice_that_shares_its_digest_with_a_change_keeps_its_own_state() -> None:
    members = registry(50)
    members["h"][:2] = members["h"][0]
    members["state"][:2] = 0
    changes = members[:1].copy()
    changes["state"] = 1
    h, changed, twin = int(members["h"][0]), int(members["h2"][0]), int(members["h2"][1])
    blind = Overlay.open(memoryview(overlay_bytes(changes)), [KEY])
    assert blind.code(h, twin) == 1  # it cannot know better
    data = overlay_bytes(changes, registry=MemoryStore([members]))
    knowing = Overlay.open(memoryview(data), [KEY])
    assert (knowing.code(h, changed), knowing.code(h, twin)) == (1, 0)


def test_withdrawn_invoices_and_no_changes_are_fine() -> None:
    changes = registry(4)
    changes["state"] = 5
    members = MemoryStore([registry(20, seed=2)])
    overlay = Overlay.open(memoryview(overlay_bytes(changes, registry=members)), [KEY])
    assert {overlay.code(int(r["h"]), int(r["h2"])) for r in changes} == {5}
    empty = overlay_bytes(changes[:0], registry=members)
    assert Overlay.open(memoryview(empty), [KEY]).code(1, 2) is None


def test_the_bytes_do_not_depend_on_order() -> None:
    changes = registry(500)
    assert overlay_bytes(changes[::-1].copy()) == overlay_bytes(changes)


@pytest.mark.parametrize("code", [6, 255])
def test_no_other_status(code: int) -> None:
    changes = registry(4)
    changes["state"][0] = code
    with pytest.raises(PacksError) as caught:
        overlay_bytes(changes)
    assert caught.value.code == "packs.state"


def test_a_segment_id_names_no_overlay() -> None:
    with pytest.raises(PacksError) as caught:
        overlay_bytes(registry(4), settings("2026-03"))
    assert caught.value.code == "packs.settings"


def test_an_invoice_with_two_states_is_refused() -> None:
    changes = registry(2)
    other = changes[:1].copy()
    other["state"] += 1
    with pytest.raises(PacksError) as caught:
        overlay_bytes(np.concatenate([changes, other]))
    assert caught.value.code == "packs.conflict"
