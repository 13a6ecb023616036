"""Kiosks that have enrolled: their keys change in two phases, and they can be shut out."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from helpdesk.kiosks import rotation
from helpdesk.kiosks.errors import KiosksError
from helpdesk.kiosks.policy import Policy
from helpdesk.kiosks.roster import KeyStanding, KioskStanding
from helpdesk.kiosks.ruling import Reason
from helpdesk.wire import journal_batch, sync
from helpdesk.wire.journal_form import Head
from helpdesk.wire.request_signature import WINDOW
from helpdesk.wire.sync import KeyAnswer, KeyState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from helpdesk.clock import Clock
    from helpdesk.db import Database, Transaction
    from helpdesk.kiosks.grants import Vouching
    from helpdesk.kiosks.inbox import Inbox
    from helpdesk.kiosks.roster import FleetLine, KioskKey, Roster
    from helpdesk.wire.journal_batch import PushBatch
    from helpdesk.wire.sync import KeyRequest

ROTATION: Final = "kiosks.rotation"
"""429: a kiosk that changes its keys too often."""
GRACE: Final = WINDOW + timedelta(minutes=1)
"""A request may be dated so long after its key was retired: it was on its way, or the kiosk's clock
is ahead as far as it may be."""

_log = structlog.stdlib.get_logger("helpdesk.kiosks")


class Fleet:
    """The kiosks of this centre."""

    def __init__(
        self,
        database: Database,
        roster: Roster,
        vouching: Vouching,
        inbox: Inbox,
        clock: Clock,
        policy: Policy | None = None,
    ) -> None:
        self._database = database
        self._roster = roster
        self._vouching = vouching
        self._inbox = inbox
        self._clock = clock
        self._policy = policy or Policy()

    async def kiosks(self) -> tuple[FleetLine, ...]:
        """Every kiosk there ever was, by prefix."""
        return await self._roster.fleet()

    async def rotate(self, kiosk: str, given: KeyRequest) -> KeyAnswer:
        """Register new keys beside those in use; their first use retires the others.

        Asking again answers the same, so a lost answer locks nobody out. Nothing that the new
        key signs holds before it was used.

        Raises:
            WireError: `signature.wrong` where the new key is not held by who asks, `key.weak`.
            KiosksError: `kiosks.key` for a key that was retired or is another kiosk's,
                `kiosks.rotation` (with `seconds`) for one change too many.
            TrustError: `trust.key_taken`, `trust.kid_clash`.
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
            _check_pace(known.values(), now)
            await self._vouching.check(tx, kiosk, given.keys.signing)
            await self._roster.drop_unused(tx, kiosk)
            await self._roster.add_key(tx, kiosk, given.keys, KeyStanding.REGISTERED, now)
            if not self._policy.old_key_until_first_use:
                await self._roster.retire_others(tx, kiosk, keyid)
        return KeyAnswer(keyid=keyid, state=KeyState.REGISTERED)

    async def first_use(self, key: KioskKey) -> bool:
        """A registered key was used: the others' time ends; false where it had been used before.

        What they signed so far holds, also on slips; so does what this one has signed since it
        was registered.

        Raises:
            TrustError: as `rotate`, where somebody else has taken the key meanwhile.
        """
        now = self._clock.now()
        async with self._database.transaction() as tx:
            known = await self._roster.keys_of(key.kiosk, tx)
            if not await self._roster.activate(tx, key, now):
                return False
            for other in known:
                if other.keyid != key.keyid and other.state.accepted:
                    await self._vouching.retire(tx, other.keys.signing, now)
            await self._vouching.certify(tx, key.kiosk, key.keys.signing, key.since)
        _log.info("kiosk.key_changed", kiosk=key.kiosk)
        return True

    async def retired_key_used(self, key: KioskKey, signed_at: datetime | None) -> None:
        """A retired key of a kiosk has signed, proved: put the kiosk aside, and tell a person.

        Two hold its keys, the kiosk and whoever turned them, and nobody can say who is who.

        Args:
            key: the retired one.
            signed_at: when it signed; None where only the kiosk's present key could bring it.
        """
        async with self._database.transaction() as tx:
            kiosk = await self._roster.locked(tx, key.kiosk)
            if kiosk is None or kiosk.standing.shut_out:
                return
            ended = await self._ended(tx, key)
            if signed_at is not None and signed_at <= ended + GRACE:
                return
            await self._inbox.alarm_without_entry(tx, Reason.TWO_HOLDERS, key.kiosk)
            await self._roster.stand(tx, key.kiosk, KioskStanding.QUARANTINED)
        _log.error("kiosk.two_holders", kiosk=key.kiosk)

    async def head_refused(self, kiosk: str, given: PushBatch) -> None:
        """No key in use has signed this batch: it may be one that the kiosk gave up."""
        head = Head(given.after + len(given.entries), given.head)
        statement = journal_batch.head_statement(given.kiosk, given.journal, head)
        for key in await self._roster.keys_of(kiosk):
            if not key.state.accepted and key.verifying.holds(given.signature, statement):
                await self.retired_key_used(key, None)

    async def _ended(self, tx: Transaction, key: KioskKey) -> datetime:
        """When a retired key's time ended: when the next one was used first."""
        used = await self._roster.keys_of(key.kiosk, tx)
        later = [
            other.since
            for other in used
            if other.since >= key.since
            and other.keyid != key.keyid
            and other.state is not KeyStanding.REGISTERED
        ]
        return min(later, default=key.since)

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


def _check_pace(known: Iterable[KioskKey], now: datetime) -> None:
    wait = rotation.wait_before([key.since for key in known], now)
    if wait is not None:
        raise KiosksError(ROTATION, seconds=str(math.ceil(wait.total_seconds())))
