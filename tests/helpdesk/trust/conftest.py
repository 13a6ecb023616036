"""A migrated database, a key ring, a root in a folder of its own, and the authority over them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from helpdesk.db import Database, migrate
from helpdesk.security import KeyRing
from helpdesk.trust.authority import TrustAuthority
from helpdesk.trust.issuer import init_root, renew_issuer
from helpdesk.wire import slip_code, trust_list
from helpdesk.wire.revocation import Revocations
from helpdesk.wire.signing_key import Ed25519Signer
from helpdesk.wire.slip_claims import SlipClaims
from helpdesk.wire.slip_code import VerifiedSlip
from helpdesk.wire.trust_list import TrustList, Use
from tests.helpdesk.wire.world import KIOSK, NOW, claims


@dataclass
class HandClock:
    """Stands still until it is moved."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def move(self, *, days: float) -> None:
        self.at += timedelta(days=days)


@dataclass(frozen=True)
class Centre:
    """One centre: its authority, and what a kiosk makes of the lists it gives."""

    authority: TrustAuthority
    database: Database
    ring: KeyRing
    folder: Path
    root_folder: Path
    clock: HandClock

    async def certify(self, signer: Ed25519Signer = KIOSK, holder: str = "A03") -> bytes:
        async with self.database.transaction() as tx:
            return await self.authority.certify(
                tx,
                public=signer.key.public,
                centre="HD01",
                holder=holder,
                uses=(Use.SLIP, Use.REQUEST),
                not_before=self.clock.now(),
            )

    async def revoke(self, kid: bytes) -> bool:
        async with self.database.transaction() as tx:
            return await self.authority.revoke(tx, kid, self.clock.now())

    async def listed(self) -> tuple[TrustList, Revocations]:
        """The list as a kiosk accepts it, with what it knows of revoked slips."""
        delivery = await self.authority.trust_list_for()
        root = await self.authority.root()
        told = trust_list.accept(delivery.bundle, [root], self.clock.now()).trust_list
        assert len(delivery.parts) == len(told.revocations)
        named = zip(told.revocations, delivery.parts, strict=True)
        parts = {(part.kid, part.month): data for part, data in named}
        return told, Revocations(told, parts)

    async def check(self, code: str) -> VerifiedSlip:
        told, revocations = await self.listed()
        return slip_code.verify(code, told, revocations, self.clock.now())

    async def renew(self) -> None:
        root, keys, now = self.root_folder, self.folder, self.clock.now()
        await asyncio.to_thread(renew_issuer, root, keys, self.ring, now, os.urandom)

    def slip(self, **changes: object) -> str:
        return slip_code.issue(self.claims(**changes), KIOSK)

    def claims(self, **changes: object) -> SlipClaims:
        now = self.clock.now()
        return claims(**{"issued_at": now, "expires": now + timedelta(days=180), **changes})


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Of the server's keys, and of the root."""
    return tmp_path / "keys", tmp_path / "stick"


@pytest.fixture
def ring(folders: tuple[Path, Path]) -> KeyRing:
    return KeyRing.create(folders[0])


@pytest_asyncio.fixture
async def rootless(
    database: Database, ring: KeyRing, folders: tuple[Path, Path]
) -> AsyncIterator[Centre]:
    await migrate(database)
    clock = HandClock()
    authority = TrustAuthority(database, ring, folders[0], clock)
    yield Centre(authority, database, ring, folders[0], folders[1], clock)


@pytest.fixture
def rooted(folders: tuple[Path, Path], ring: KeyRing) -> None:
    init_root(folders[1], folders[0], ring, NOW, os.urandom)


@pytest.fixture
def centre(rooted: None, rootless: Centre) -> Centre:
    return rootless
