"""What an enrolled kiosk gets from other slices: the trust list, pack keys, the invoice key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from helpdesk.trust.errors import TrustError
from helpdesk.wire.enrolment import Grant
from helpdesk.wire.signing_key import kid_of
from helpdesk.wire.trust_list import Use

if TYPE_CHECKING:
    from datetime import datetime

    from helpdesk.db import Transaction
    from helpdesk.kiosks.server_keys import ServerSecrets
    from helpdesk.trust.authority import TrustAuthority
    from helpdesk.wire.enrolment import RegionKey, ServerKeys


class Vouching(Protocol):
    """Whoever stands for kiosks' keys towards other kiosks."""

    @property
    def invoice_key(self) -> bytes:
        """The centre's key of invoice hashes."""
        ...

    async def root(self) -> bytes | None:
        """The root that kiosks pin; None while this centre has none."""
        ...

    async def bundle(self) -> bytes:
        """The trust list; empty while there is none."""
        ...

    async def check(self, tx: Transaction, kiosk: str, public: bytes) -> None:
        """That a key can be certified for a kiosk. Raises `TrustError` where it cannot."""
        ...

    async def certify(self, tx: Transaction, kiosk: str, public: bytes, since: datetime) -> None:
        """Stand for what a kiosk's key signs from `since` on, once the caller has committed."""
        ...

    async def retire(self, tx: Transaction, public: bytes, now: datetime) -> None:
        """End a key's time; what it signed so far holds."""
        ...

    async def revoke(self, tx: Transaction, kiosk: str, now: datetime) -> None:
        """Nothing a kiosk ever signed holds any more."""
        ...


class CentreVouching:
    """By the trust authority of this centre, as far as it has one."""

    def __init__(self, authority: TrustAuthority, centre: str) -> None:
        self._authority = authority
        self._centre = centre

    @property
    def invoice_key(self) -> bytes:
        """The centre's key of invoice hashes."""
        return self._authority.invoice_key

    async def root(self) -> bytes | None:
        """The root that kiosks pin; None while this centre has none."""
        try:
            return (await self._authority.root()).public
        except TrustError:
            return None

    async def bundle(self) -> bytes:
        """The trust list; empty while there is none."""
        try:
            return (await self._authority.trust_list_for()).bundle
        except TrustError:
            return b""

    async def check(self, tx: Transaction, kiosk: str, public: bytes) -> None:
        """That a key can be certified for a kiosk. Raises `TrustError` where it cannot."""
        await self._authority.check(tx, public, self._centre, kiosk)

    async def certify(self, tx: Transaction, kiosk: str, public: bytes, since: datetime) -> None:
        """Stand for what a kiosk's key signs from `since` on, once the caller has committed."""
        await self._authority.certify(
            tx,
            public=public,
            centre=self._centre,
            holder=kiosk,
            uses=(Use.SLIP, Use.REQUEST),
            not_before=since,
        )

    async def retire(self, tx: Transaction, public: bytes, now: datetime) -> None:
        """End a key's time; what it signed so far holds."""
        await self._authority.retire(tx, kid_of(public), now)

    async def revoke(self, tx: Transaction, kiosk: str, now: datetime) -> None:
        """Nothing a kiosk ever signed holds any more."""
        await self._authority.revoke_holder(tx, kiosk, now)


class Regions(Protocol):
    """Whoever has keys of packs to give."""

    def region_keys(self) -> tuple[RegionKey, ...]:
        """The keys of the regions whose packs a kiosk may read."""
        ...


class Grants:
    """What a kiosk of this centre gets when it enrols."""

    def __init__(
        self, secrets: ServerSecrets, vouching: Vouching, regions: Regions, centre: str
    ) -> None:
        self.vouching = vouching
        self._secrets = secrets
        self._regions = regions
        self._centre = centre

    async def server_keys(self) -> ServerKeys:
        """The keys that it pins."""
        return self._secrets.keys(await self.vouching.root())

    async def grant(self, kiosk: str) -> Grant:
        """The grant to a kiosk that was let in; its transaction is committed."""
        return Grant(
            kiosk=kiosk,
            centre=self._centre,
            prefix=kiosk,
            trust=await self.vouching.bundle(),
            region_keys=self._regions.region_keys(),
            invoice_key=self.vouching.invoice_key,
        )
