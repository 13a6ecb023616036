"""The kiosk's identity, kept in its database, and every change it goes through.

Each change is one transaction; key files are written before it and destroyed after it, so that
whatever moment the power goes, the database names only keys that are there.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from helpdesk.wire.standing import Standing
from kiosk.errors import KioskError
from kiosk.identity.identity import Asking, Enrolled, Identity, Secrets
from kiosk.identity.key_store import SECRET_BYTES
from kiosk.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from helpdesk.wire.enrolment import Grant, RegionKey, ServerKeys
    from kiosk.db.port import Connection, Transaction
    from kiosk.identity.key_store import KeyPair, KeyStore
    from kiosk.ids import RandomBytes
    from kiosk.sealing import Sealer

logger = logging.getLogger(__name__)

TABLE = "identity"

_GET = "SELECT sealed FROM identity WHERE role = ?"
_PUT = """
    INSERT INTO identity (role, sealed) VALUES (?, ?)
    ON CONFLICT (role) DO UPDATE SET sealed = excluded.sealed
"""
_DROP = "DELETE FROM identity WHERE role = ?"
_EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"
"""Until then SQLite's log holds earlier forms of a row beside the key that opens them."""
_ENROLLED, _ASKING = "enrolled", "asking"

Form = TypeVar("Form", bound=BaseModel)


class IdentityError(KioskError):
    """`identity.none`: this kiosk was never enrolled, or its keys are gone."""


class IdentityBook:
    """Who this kiosk is. Call `open` first; `current` is None where it is nobody yet."""

    def __init__(
        self,
        connection: Connection,
        sealer: Sealer,
        keys: KeyStore,
        random: RandomBytes,
        policy: Policy | None = None,
    ) -> None:
        self._connection = connection
        self._sealer = sealer
        self._keys = keys
        self._random = random
        self._policy = policy or Policy()
        self._form: Enrolled | None = None
        self._listeners: list[Callable[[], None]] = []
        self._wipers: list[Callable[[], Awaitable[None]]] = []
        self.current: Identity | None = None

    @property
    def form(self) -> Enrolled | None:
        """What is kept of the identity, also of one whose keys are destroyed."""
        return self._form

    @property
    def needed(self) -> Enrolled:
        """The same. Raises `IdentityError` `identity.none`."""
        if self._form is None:
            raise IdentityError("identity.none")
        return self._form

    def listen(self, heard: Callable[[], None]) -> None:
        """Call `heard` after every change."""
        self._listeners.append(heard)

    def on_wipe(self, wipe: Callable[[], Awaitable[None]]) -> None:
        """Call `wipe` when a fence has destroyed the secrets, and at every start after it."""
        self._wipers.append(wipe)

    async def open(self) -> None:
        """Read what is kept.

        A key that is not there any more leaves the kiosk as one that was never enrolled: it
        goes on as far as it can, and a person enrols it again.
        """
        async with self._connection.transaction() as tx:
            self._form = await self._read(tx, _ENROLLED, Enrolled)
        await self._settle()

    # Enrolment.

    async def asking(self, code_name: bytes, journal: bytes) -> tuple[Asking, KeyPair]:
        """Keys and journal of an enrolment with this code: the same ones for the same code."""
        async with self._connection.transaction() as tx:
            asked = await self._read(tx, _ASKING, Asking)
        if asked is not None and asked.code_name == code_name:
            return asked, await self._keys.load(asked.key)
        pair = await self._keys.keep(self._random(SECRET_BYTES))
        asked = Asking(code_name=code_name, key=pair.name, journal=journal)
        async with self._connection.transaction() as tx:
            await self._write(tx, _ASKING, asked)
        return asked, pair

    async def ask_anew(self) -> None:
        """The next `asking` makes new keys and takes another journal."""
        async with self._connection.transaction() as tx:
            await tx.execute(_DROP, _ASKING)

    async def enrol(
        self, tx: Transaction, asked: Asking, grant: Grant, server: ServerKeys, at: datetime
    ) -> Enrolled:
        """Become who the server says, inside `tx`; `settle` after it has committed."""
        form = Enrolled(
            kiosk=grant.kiosk,
            centre=grant.centre,
            prefix=grant.prefix,
            server=server,
            trust=grant.trust,
            secrets=Secrets(region_keys=grant.region_keys, invoice_key=grant.invoice_key),
            key=asked.key,
            key_since=at,
        )
        await self._write(tx, _ENROLLED, form)
        await tx.execute(_DROP, _ASKING)
        return form

    async def settle(self, form: Enrolled) -> None:
        """The change to `form` has committed: speak by it, and destroy keys it does not name."""
        self._form = form
        await self._settle()
        await self._destroy_unnamed_keys()
        logger.info("kiosk %s is %s", form.kiosk, form.standing)

    # Rotation.

    async def following(self) -> KeyPair:
        """The pair that is to follow; the same one until it does."""
        form = self.needed
        if form.following is not None:
            return await self._keys.load(form.following)
        pair = await self._keys.keep(self._random(SECRET_BYTES))
        await self._become(form.model_copy(update={"following": pair.name}))
        return pair

    async def rotate(self, at: datetime) -> None:
        """Sign with the pair that follows; the present one stays as the previous one."""
        form = self.needed
        previous = form.key if self._policy.keys_in_two_phases else None
        change = {"key": form.following, "previous": previous, "following": None, "key_since": at}
        await self._become(form.model_copy(update=change))

    async def fall_back(self) -> bool:
        """Sign with the previous pair again, the server knows the present one no more.

        Whether there was one. The present pair is then the one that follows.
        """
        form = self.needed
        if form.previous is None:
            return False
        change = {"key": form.previous, "previous": None, "following": form.key}
        await self._become(form.model_copy(update=change))
        return True

    # What the server says.

    async def stand(self, standing: Standing) -> None:
        """The server's proved word on how this kiosk stands; a fence destroys the secrets."""
        form = self.needed
        fenced = standing is Standing.FENCED and self._policy.wipe_on_fence
        secrets = None if fenced else form.secrets
        if form.standing is standing and form.secrets == secrets:
            return
        await self._become(form.model_copy(update={"standing": standing, "secrets": secrets}))

    async def forget_keys(self) -> None:
        """Destroy the signing keys too: the fenced kiosk has nothing left to say."""
        form = self.needed
        if form.key is not None:
            change = {"key": None, "previous": None, "following": None}
            await self._become(form.model_copy(update=change))

    async def close(self) -> None:
        """The database of this fenced kiosk has got another key: that is done once."""
        form = self.needed.model_copy(update={"closed": True})
        async with self._connection.transaction() as tx:
            await self._write(tx, _ENROLLED, form)
        self._form = form

    async def region_keys(self, tx: Transaction, keys: Sequence[RegionKey]) -> Enrolled:
        """Hold just these keys of packs, inside `tx`; `settle` after it has committed."""
        form = self.needed
        if form.secrets is None:
            return form
        secrets = form.secrets.model_copy(update={"region_keys": tuple(keys)})
        form = form.model_copy(update={"secrets": secrets})
        await self._write(tx, _ENROLLED, form)
        return form

    async def _become(self, form: Enrolled) -> None:
        async with self._connection.transaction() as tx:
            await self._write(tx, _ENROLLED, form)
        await self.settle(form)

    async def _settle(self) -> None:
        self.current = await self._identity(self._form) if self._form else None
        if self._form and self._form.secrets is None:
            await self._wipe()
        for heard in self._listeners:
            heard()

    async def _identity(self, form: Enrolled) -> Identity | None:
        if form.key is None:
            return None
        try:
            pair = await self._keys.load(form.key)
        except KioskError as error:
            logger.critical("the kiosk's key cannot be used: %s", error.code)
            return None
        return Identity(
            kiosk=form.kiosk,
            centre=form.centre,
            prefix=form.prefix,
            server=form.server,
            secrets=form.secrets,
            standing=form.standing,
            pair=pair,
            key_since=form.key_since,
        )

    async def _destroy_unnamed_keys(self) -> None:
        form = self.needed
        async with self._connection.transaction() as tx:
            asked = await self._read(tx, _ASKING, Asking)
        named = (form.key, form.previous, form.following, asked and asked.key)
        await self._keys.keep_only([key for key in named if key])

    async def _wipe(self) -> None:
        # Keys too: the process that let go of them may have died before it destroyed them.
        for wipe in (self._forget_earlier_forms, self._destroy_unnamed_keys, *self._wipers):
            try:
                await wipe()
            except KioskError as error:
                # The next start tries again; what else there is must go now.
                logger.critical("a fenced kiosk could not wipe: %s", error.code)

    async def _forget_earlier_forms(self) -> None:
        await self._connection.fetch(_EMPTY_LOG)

    async def _read(self, tx: Transaction, role: str, shape: type[Form]) -> Form | None:
        rows = await tx.fetch(_GET, role)
        if not rows:
            return None
        return shape.model_validate_json(self._sealer.open(TABLE, role, rows[0][0]))

    async def _write(self, tx: Transaction, role: str, form: BaseModel) -> None:
        sealed = self._sealer.seal(TABLE, role, form.model_dump_json().encode())
        await tx.execute(_PUT, role, sealed)
