"""What a test sees of a store, and that it refuses."""

from __future__ import annotations

import pytest

from invoices.claim import from_face
from invoices.pack import Finding
from invoices.verdict import State
from kiosk.packs.errors import PacksError
from kiosk.packs.store import PackStore
from tests.kiosk.packs.shop import Known, Shop

October = tuple[Known, ...]


def finding(store: PackStore, known: Known) -> Finding:
    assert store.current is not None
    return store.current.packs.look_up(from_face(known[0])).finding


def state(store: PackStore, known: Known) -> State | None:
    assert store.current is not None
    return store.current.packs.look_up(from_face(known[0])).state


def version(store: PackStore) -> int | None:
    return None if store.current is None else store.current.manifest.version


async def refused(store: PackStore, shop: Shop, code: str) -> None:
    before = store.current
    with pytest.raises(PacksError) as caught:
        await store.take(shop.source)
    assert caught.value.code == code
    assert store.current is before
    assert store.fault == code
