"""The keys of packs that come after the enrolment: each in a box for this kiosk's sealing key."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from helpdesk.wire import region_key_box
from helpdesk.wire.errors import WireError
from kiosk.errors import KioskError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helpdesk.wire.enrolment import RegionKey
    from kiosk.db.port import Connection
    from kiosk.identity.book import IdentityBook
    from kiosk.identity.identity import Enrolled
    from kiosk.identity.key_store import KeyStore
    from kiosk.sync.pull import Values

logger = logging.getLogger(__name__)

EPOCHS: Final = 2
"""Keys kept of one region, the newest: until the new packs are here the old ones answer."""


class RegionKeyFollower:
    """Takes what the topic `region_key` says into the identity, where packs find it."""

    def __init__(self, identities: IdentityBook, connection: Connection, keys: KeyStore) -> None:
        self._identities = identities
        self._connection = connection
        self._keys = keys

    async def follow(self, values: Values) -> None:
        """Take each key that is new; a box that does not open is logged, and the others taken.

        Raises:
            StoreError: they cannot be kept; the next start hears of them again.
        """
        form = self._identities.form
        if form is None or form.secrets is None:
            return
        found = [await self._opened(form, region, value) for region, value in values.items()]
        held = form.secrets.region_keys
        new = tuple(key for key in found if key is not None and key not in held)
        if not new:
            return
        async with self._connection.transaction() as tx:
            form = await self._identities.region_keys(tx, newest(held, new))
        await self._identities.settle(form)
        logger.info("keys of packs: %s", ", ".join(f"{key.region}/{key.epoch}" for key in new))

    async def _opened(
        self, form: Enrolled, region: str, value: Mapping[str, Any]
    ) -> RegionKey | None:
        """The key in a value; the box may be for the keys before a rotation, or after it."""
        fault = "seal.open"
        for name in filter(None, (form.key, form.following, form.previous)):
            try:
                pair = await self._keys.load(name)
                return region_key_box.unseal(form.kiosk, pair.sealing, value)
            except (WireError, KioskError) as error:
                fault = error.code
        logger.warning("the key of region %s was not taken: %s", region, fault)
        return None


def newest(held: tuple[RegionKey, ...], new: tuple[RegionKey, ...]) -> tuple[RegionKey, ...]:
    """The keys to keep: of each region those of the last `EPOCHS` epochs; the newer word counts."""
    found = {(key.region, key.epoch): key for key in (*held, *new)}
    regions = sorted({region for region, _ in found})
    return tuple(
        found[region, epoch]
        for region in regions
        for epoch in sorted(epoch for name, epoch in found if name == region)[-EPOCHS:]
    )
