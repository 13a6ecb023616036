from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from helpdesk.kiosks.region_keys import RegionKeys
from helpdesk.wire import region_key_box, sync
from helpdesk.wire.enrolment import RegionKey
from helpdesk.wire.errors import WireError
from tests.helpdesk.kiosks.room import NOON, Centre, KioskSide, new_kiosk


@dataclass
class Regions:
    epoch: int = 1

    def region_keys(self) -> tuple[RegionKey, ...]:
        names = ("north", "south")
        key = bytes([self.epoch]) * 32
        return tuple(RegionKey(region=name, epoch=self.epoch, key=key) for name in names)


async def told(centre: Centre, kiosk: KioskSide) -> dict[str, Any]:
    found = await centre.bureau.changes.after("", 500, kiosk.kiosk)
    return {change.key: change.value for change in found.changes if change.topic == "region_key"}


async def test_each_kiosk_gets_the_keys_that_are_in_use(centre: Centre) -> None:
    one, two = await centre.kiosk(1), await centre.kiosk(2)
    regions = Regions()
    giving = RegionKeys(centre.database, centre.bureau.roster, centre.bureau.changes, regions)
    for _ in range(2):
        await giving.give(one.kiosk)
    assert len(await centre.rows("SELECT 1 FROM kiosks_change")) == 2
    assert await told(centre, two) == {}
    regions.epoch = 2
    await giving.give(one.kiosk)
    await giving.give(two.kiosk)
    for kiosk in (one, two):
        values = await told(centre, kiosk)
        keys = [region_key_box.unseal(kiosk.kiosk, kiosk.sealing, v) for v in values.values()]
        assert tuple(keys) == regions.region_keys()
    with pytest.raises(WireError, match=r"seal\.open"):
        region_key_box.unseal(two.kiosk, two.sealing, (await told(centre, one))["north"])


async def test_new_sealing_keys_get_their_boxes(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    parts = (centre.database, centre.bureau.roster, centre.bureau.changes, Regions())
    giving = RegionKeys(*parts)
    await giving.give(kiosk.kiosk)
    new = replace(kiosk, signer=new_kiosk(5).signer, sealing=b"n" * 32)
    asked = sync.key_request(new.signer, kiosk.kiosk, new.keys)
    answer = await centre.bureau.fleet.rotate(kiosk.kiosk, asked)
    await giving.give(kiosk.kiosk)
    before = await told(centre, kiosk)
    assert region_key_box.unseal(kiosk.kiosk, kiosk.sealing, before["north"]).epoch == 1
    key = await centre.bureau.roster.key(answer.keyid)
    assert key is not None
    async with centre.database.transaction() as tx:
        await centre.bureau.roster.activate(tx, key, NOON)
    await giving.give(kiosk.kiosk)
    await RegionKeys(*parts).give(kiosk.kiosk)
    after = await told(centre, kiosk)
    assert region_key_box.unseal(kiosk.kiosk, new.sealing, after["north"]).epoch == 1
    assert len(await centre.rows("SELECT 1 FROM kiosks_change")) == 4


def test_a_value_that_is_none() -> None:
    box = region_key_box.seal(
        "A01",
        new_kiosk().keys.sealing,
        RegionKey(region="all", epoch=1, key=bytes(32)),
        b"e" * 32,
    )
    sealing = new_kiosk().sealing
    assert region_key_box.unseal("A01", sealing, box).region == "all"
    for code, value in (("seal.form", {}), ("base64.form", {"box": "!"})):
        with pytest.raises(WireError, match=code):
            region_key_box.unseal("A01", sealing, value)
    with pytest.raises(WireError, match=r"seal\.open"):
        region_key_box.unseal("A02", sealing, box)
