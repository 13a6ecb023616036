"""Kiosks that have enrolled: their keys change in two phases, and they can be shut out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from helpdesk.kiosks.errors import KiosksError
from helpdesk.kiosks.policy import Policy
from helpdesk.kiosks.roster import KeyStanding, KioskStanding
from helpdesk.wire import sync
from helpdesk.wire.sync import KeyAnswer, KeyState

if TYPE_CHECKING:
    from helpdesk.clock import Clock
    from helpdesk.db import Database
    from helpdesk.kiosks.grants import Vouching
    from helpdesk.kiosks.roster import FleetLine, KioskKey, Roster
    from helpdesk.wire.sync import KeyRequest

_log = structlog.stdlib.get_logger("helpdesk.kiosks")


class Fleet:
    """The kiosks of this centre."""

    def __init__(
        self,
        database: Database,
        roster: Roster,
        vouching: Vouching,
        clock: Clock,
        policy: Policy | None = None,
    ) -> None:
        self._database = database
        self._roster = roster
        self._vouching = vouching
        self._clock = clock
        self._policy = policy or Policy()

    async def kiosks(self) -> tuple[FleetLine, ...]:
        """Every kiosk there ever was, by prefix."""
        return await self._roster.fleet()

    async def rotate(self, kiosk: str, given: KeyRequest) -> KeyAnswer:
        """Register new keys beside those in use; their first use retires the others.

        Asking again answers the same, so a lost answer locks nobody out.

        Raises:
            WireError: `signature.wrong` where the new key is not held by who asks.
            KiosksError: `kiosks.key` for a key that was retired or is another kiosk's.
        """
        sync.check_key_request(given, kiosk)
        now = self._clock.now()
        keyid = sync.key_id(kiosk, given.keys.signing)
        async with self._database.transaction() as tx:
            await self._roster.locked(tx, kiosk)
            known = {key.keyid: key for key in await self._roster.keys_of(kiosk, tx)}
            key = known.get(keyid)
            if key is not None and key.keys == given.keys and key.state.accepted:
                return KeyAnswer(keyid=keyid, state=KeyState(key.state.value))
            if key is not None:
                raise KiosksError("kiosks.key")
            await self._roster.drop_unused(tx, kiosk)
            await self._roster.add_key(tx, kiosk, given.keys, KeyStanding.REGISTERED, now)
            if not self._policy.old_key_until_first_use:
                await self._roster.retire_others(tx, kiosk, keyid)
            await self._vouching.certify(tx, kiosk, given.keys.signing, now)
        return KeyAnswer(keyid=keyid, state=KeyState.REGISTERED)

    async def first_use(self, key: KioskKey) -> bool:
        """A registered key was used: the others' time ends; false where it had been used before.

        What they signed so far holds, also on slips.
        """
        now = self._clock.now()
        async with self._database.transaction() as tx:
            known = await self._roster.keys_of(key.kiosk, tx)
            if not await self._roster.activate(tx, key, now):
                return False
            for other in known:
                if other.keyid != key.keyid and other.state.accepted:
                    await self._vouching.retire(tx, other.keys.signing, now)
        _log.info("kiosk.key_changed", kiosk=key.kiosk)
        return True

    async def fence(self, kiosk: str) -> bool:
        """Shut a kiosk out at once and for ever; false where it was fenced before.

        Nothing it ever signed holds any more. What it still has is taken and kept.

        Raises:
            KiosksError: `kiosks.unknown`.
        """
        async with self._database.transaction() as tx:
            found = await self._roster.locked(tx, kiosk)
            if found is None:
                raise KiosksError("kiosks.unknown", kiosk=kiosk)
            if found.standing is KioskStanding.FENCED:
                return False
            await self._roster.stand(tx, kiosk, KioskStanding.FENCED)
            await tx.execute("DELETE FROM kiosks_code WHERE kiosk = $1 AND used_by IS NULL", kiosk)
            await self._vouching.revoke(tx, kiosk, self._clock.now())
        _log.warning("kiosk.fenced", kiosk=kiosk)
        return True
