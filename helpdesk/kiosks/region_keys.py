"""Keys of packs for kiosks that enrolled before there were such: by the log of changes, sealed."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from helpdesk.kiosks.roster import KeyStanding
from helpdesk.wire import region_key_box, topics
from helpdesk.wire.signing_key import kid_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk.db import Database, Transaction
    from helpdesk.kiosks.change_log import ChangeLog
    from helpdesk.kiosks.grants import Regions
    from helpdesk.kiosks.roster import Roster
    from helpdesk.wire.enrolment import RegionKey


class RegionKeys:
    """Gives each kiosk the keys that are in use now."""

    def __init__(
        self,
        database: Database,
        roster: Roster,
        log: ChangeLog,
        regions: Regions,
        chance: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._database = database
        self._roster = roster
        self._log = log
        self._regions = regions
        self._chance = chance
        self._given: dict[str, tuple[bytes, tuple[tuple[str, int], ...]]] = {}

    async def give(self, kiosk: str) -> None:
        """Publish to a kiosk what it was not given yet under its present sealing key."""
        public = await self._sealing(kiosk)
        if public is None:
            return
        keys = self._regions.region_keys()
        wanted = (public, tuple((key.region, key.epoch) for key in keys))
        if self._given.get(kiosk) == wanted:
            return
        async with self._database.transaction() as tx:
            for key in keys:
                await self._one(tx, kiosk, public, key)
        self._given[kiosk] = wanted

    async def _one(self, tx: Transaction, kiosk: str, public: bytes, key: RegionKey) -> None:
        known = await self._log.latest(tx, topics.REGION_KEY, key.region, kiosk)
        mark = {"for": kid_of(public).hex()}
        if known is not None and known["epoch"] == key.epoch and known["for"] == mark["for"]:
            return
        value = region_key_box.seal(kiosk, public, key, self._chance(32))
        await self._log.publish(tx, topics.REGION_KEY, key.region, value | mark, kiosk)

    async def _sealing(self, kiosk: str) -> bytes | None:
        for key in await self._roster.keys_of(kiosk):
            if key.state is KeyStanding.ACTIVE:
                return key.keys.sealing
        return None
