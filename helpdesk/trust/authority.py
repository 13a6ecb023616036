"""The centre's word on keys: certify, retire, revoke; and the list that says so to kiosks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from helpdesk.trust import book, rules
from helpdesk.trust.book import TABLE, Delivery, KeyRows
from helpdesk.trust.errors import TrustError
from helpdesk.trust.issuer import read_issuer
from helpdesk.wire import slip_code, trust_list
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.revocation import Revocations, month_of
from helpdesk.wire.signing_key import NO_KEY, Algorithm, kid_of
from helpdesk.wire.trust_file import TrustFile
from helpdesk.wire.trust_list import BUNDLE_LENGTH, SKEW, TrustedKey

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from helpdesk.clock import Clock
    from helpdesk.db import Database, Transaction
    from helpdesk.resources import Resources
    from helpdesk.security import KeyRing
    from helpdesk.trust.book import Present
    from helpdesk.trust.issuer import Issuer
    from helpdesk.wire.signing_key import VerifyingKey
    from helpdesk.wire.slip_code import VerifiedSlip
    from helpdesk.wire.trust_list import Use

__all__ = ["Delivery", "TrustAuthority", "open_authority"]

_log = structlog.stdlib.get_logger("helpdesk.trust")


class TrustAuthority:
    """Root and issuer are read when they are needed: a server without them starts all the same."""

    def __init__(self, database: Database, keys: KeyRing, folder: Path, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._folder = folder
        self._clock = clock
        self._rows = KeyRows(database, keys.row_mac(TABLE))
        self.fault: str | None = None
        """Why no new list could be issued the last time one was due; None: it could."""

    @property
    def invoice_key(self) -> bytes:
        """The centre's key of `slip_claims.invoice_hash`, for its own kiosks only."""
        return self._keys.secret("slip-invoice")

    async def root(self) -> VerifyingKey:
        """The root that kiosks pin when they enrol.

        Raises:
            TrustError: `trust.no_issuer`, `trust.issuer`.
        """
        return (await self._issuer()).root

    async def certify(
        self,
        tx: Transaction,
        *,
        public: bytes,
        centre: str,
        holder: str,
        uses: Sequence[Use],
        not_before: datetime,
        not_after: datetime | None = None,
    ) -> bytes:
        """Stand for a key from the caller's commit on; its id. Certifying it again changes nothing.

        Its time begins a little before `not_before`: its holder's clock may be behind ours.

        Raises:
            TrustError: `trust.key_taken` where it is another holder's, or was revoked;
                `trust.kid_clash` for another key of the same id: its holder must make a new one.
        """
        key = TrustedKey(
            public=public,
            algorithm=Algorithm.EDDSA,
            uses=tuple(uses),
            centre=centre,
            holder=holder,
            not_before=not_before - SKEW,
            not_after=not_after or not_before + rules.KEY_LIFETIME,
        )
        await book.begin(tx, 1)
        if not await self.check(tx, public, centre, holder):
            await self._rows.add(tx, key)
        return kid_of(public)

    async def check(self, tx: Transaction, public: bytes, centre: str, holder: str) -> bool:
        """Whether this key is certified for this holder already; false where it could be.

        Raises:
            TrustError: as `certify`.
        """
        kid = kid_of(public)
        known = await self._rows.find(tx, kid)
        if known is None and kid != NO_KEY:
            return False
        if known is None or known.public != public:
            raise TrustError("trust.kid_clash")
        if (known.centre, known.holder) != (centre, holder) or known.revoked_at is not None:
            raise TrustError("trust.key_taken", kid=kid.hex())
        return True

    async def retire(self, tx: Transaction, kid: bytes, until: datetime) -> None:
        """End a key's time; what it signed until then, by a clock a little ahead, holds on."""
        await book.begin(tx, 1)
        await self._rows.end(tx, kid, until + SKEW)

    async def revoke(self, tx: Transaction, kid: bytes, at: datetime) -> bool:
        """Nothing this key ever signed holds any more; false where it was revoked before.

        Raises:
            TrustError: `trust.key_unknown`.
        """
        await book.begin(tx, 1)
        if await self._rows.find(tx, kid) is None:
            raise TrustError("trust.key_unknown", kid=kid.hex())
        return await self._rows.revoke(tx, kid, at)

    async def revoke_holder(self, tx: Transaction, holder: str, at: datetime) -> tuple[bytes, ...]:
        """Revoke all keys of a kiosk; the ids of those that were not revoked before."""
        await book.begin(tx, 1)
        kids = [kid_of(key.public) for key in await self._rows.of_holder(tx, holder)]
        return tuple([kid for kid in kids if await self._rows.revoke(tx, kid, at)])

    async def revoke_slip(self, code: str) -> tuple[VerifiedSlip, bool]:
        """Take one slip back; the slip, and whether it did hold before.

        Raises:
            WireError: `slip.*` where the code does not hold, and so needs no taking back.
            TrustError: as `trust_list_for`.
        """
        now = self._clock.now()
        listed, _ = await self._listed()
        # By a list that names no revocations: a slip that was taken back is told by its row.
        bare = listed.model_copy(update={"revocations": ()})
        slip = slip_code.verify(code, bare, Revocations(bare, {}), now)
        month = month_of(slip.claims.issued_at)
        async with self._database.transaction() as tx:
            await book.begin(tx, 1)
            fresh = await book.take_back(tx, slip.kid, month, slip.claims.document_id, now)
        return slip, fresh

    async def check_slip(self, code: str) -> VerifiedSlip:
        """What a slip says that holds now, by the list that kiosks get.

        Raises:
            WireError: `slip.*` where it does not hold.
            TrustError: as `trust_list_for`.
        """
        listed, known = await self._listed()
        return slip_code.verify(code, listed, known, self._clock.now())

    async def listed(self) -> trust_list.TrustList:
        """The list that kiosks get now. Raises as `trust_list_for`."""
        return (await self._listed())[0]

    async def keys(self) -> tuple[TrustedKey, ...]:
        """All keys that were ever certified."""
        return await self._rows.all()

    @property
    def foreign_rows(self) -> tuple[str, ...]:
        """Ids of keys that were left out of the list issued last: this server did not write them.

        Somebody else has changed the database.
        """
        return self._rows.foreign

    async def trust_list_for(self, held: int = 0) -> Delivery:
        """The list for a holder of version `held`, issued anew where it is due.

        In a transaction of its own: a key certified in another is in it after that one's commit.
        While no new list can be issued the old one is given, until it ends.

        Raises:
            TrustError: `trust.no_issuer`, `trust.issuer`, `trust.issuer_expired`,
                `trust.too_large` (no kiosk could take it).
        """
        now = self._clock.now()
        present = await book.present(self._database)
        version = 0 if present is None else present.version
        if present is None or _due(present, now):
            try:
                version = await self._issue(now)
                self.fault = None
            except TrustError as error:
                self.fault = error.code
                if present is None:
                    raise
                _log.error("no new trust list", code=error.code)
        return Delivery(version) if version == held else await book.content(self._database)

    async def _issue(self, now: datetime) -> int:
        """Issue a list of all that is committed; its version. Two at a time issue one."""
        issuer = await self._issuer()
        if issuer.not_after <= now:
            raise TrustError("trust.issuer_expired")
        async with self._database.transaction() as tx:
            present = await book.begin(tx)
            if present.version and not _due(present, now):
                return present.version
            parts = await book.parts(tx)
            made = rules.list_of(
                rules.next_version(present.version, now),
                now,
                issuer.not_after,
                await self._rows.keys(tx),
                [named for named, _ in parts],
            )
            bundle = trust_list.issue(issuer.signer, issuer.certificate, made)
            data = tuple(data for named, data in parts if named in made.revocations)
            if len(bundle) > BUNDLE_LENGTH or not TrustFile(bundle=bundle, parts=data).fits:
                raise TrustError("trust.too_large", keys=str(len(made.keys)))
            await book.issued(tx, present.changes, now, Delivery(made.version, bundle, data))
        return made.version

    async def _listed(self) -> tuple[trust_list.TrustList, Revocations]:
        delivery = await self.trust_list_for()
        root = await self.root()
        listed = trust_list.read(delivery.bundle, [root]).trust_list
        named = zip(listed.revocations, delivery.parts, strict=True)
        return listed, Revocations(listed, {(part.kid, part.month): data for part, data in named})

    async def _issuer(self) -> Issuer:
        return await asyncio.to_thread(read_issuer, self._folder, self._keys)


def _due(present: Present, now: datetime) -> bool:
    return rules.due(present.changes == present.listed, present.issued_at, now)


def open_authority(resources: Resources) -> TrustAuthority:
    """The authority of this process."""
    config = resources.config
    return TrustAuthority(resources.database, resources.keys, config.keys, resources.clock)


def kid_from(text: str) -> bytes:
    """The key id as people write it, eight hexadecimal digits.

    Raises:
        TrustError: `trust.kid`.
    """
    try:
        kid = bytes.fromhex(text.strip())
    except ValueError as error:
        raise TrustError("trust.kid") from error
    if len(kid) != len(NO_KEY):
        raise TrustError("trust.kid")
    return kid


def as_trust_error(error: WireError) -> TrustError:
    """A fault of a signed form as an error of the server, with the fault's own code."""
    return TrustError(Fault(error.code), **error.params)
