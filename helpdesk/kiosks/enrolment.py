"""Codes for new kiosks, and the one use of each."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from helpdesk.db.errors import ConstraintError
from helpdesk.kiosks import prefixes
from helpdesk.kiosks.errors import KiosksError
from helpdesk.kiosks.moments import milliseconds, moment_of
from helpdesk.kiosks.roster import KioskStanding
from helpdesk.wire import challenge, enrolment, enrolment_code
from helpdesk.wire.enrolment import (
    Admission,
    EnrolmentAnswer,
    KioskKeys,
    OpenCode,
    ServerHello,
)
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from helpdesk.clock import Clock
    from helpdesk.db import Database, Transaction
    from helpdesk.kiosks.grants import Grants
    from helpdesk.kiosks.journals import Journals
    from helpdesk.kiosks.named import NamedKiosks
    from helpdesk.kiosks.roster import Roster
    from helpdesk.security import KeyRing
    from helpdesk.wire.enrolment import EnrolmentRequest

TABLE: Final = "kiosks_code"
_NAME_LENGTH: Final = 64
_SUBJECT: Final = "enrolment"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code for one kiosk; nobody can read it out of the server again."""

    kiosk: str
    code: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class _Code:
    code_name: str
    kiosk: str
    proof_key: bytes
    open: OpenCode


class Enrolment:
    """Makes codes and lets kiosks in by them."""

    def __init__(
        self,
        database: Database,
        ring: KeyRing,
        roster: Roster,
        named: NamedKiosks,
        journals: Journals,
        challenge_key: bytes,
        grants: Grants,
        *,
        clock: Clock,
        chance: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._database = database
        self._sealer = ring.sealer(TABLE)
        self._roster = roster
        self._named = named
        self._journals = journals
        self._challenge_key = challenge_key
        self._grants = grants
        self._clock = clock
        self._chance = chance

    async def invite(self, name: str = "", prefix: str = "") -> Invitation:
        """Lease a prefix to a kiosk to come, and make the code by which it enrols.

        Raises:
            KiosksError: `kiosks.name`, `kiosks.prefix`, `kiosks.prefixes`.
        """
        if len(name) > _NAME_LENGTH or not name.isprintable():
            raise KiosksError("kiosks.name")
        code = enrolment_code.make(self._chance(enrolment_code.RANDOM_BYTES))
        raw = enrolment_code.parse(code)
        code_name = enrolment_code.name_of(raw).hex()
        now = self._clock.now()
        expires = now + enrolment_code.LIFETIME
        async with self._database.transaction() as tx:
            leased, named = await self._roster.prefixes(tx), await self._named.seen(tx)
            kiosk = prefixes.choose(leased, prefix, named)
            await self._roster.add(tx, kiosk, name, now)
            await tx.execute(
                "INSERT INTO kiosks_code (code_name, kiosk, sealed, expires_ms)"
                " VALUES ($1, $2, $3, $4)",
                code_name,
                kiosk,
                self._sealer.seal(code_name, enrolment_code.proof_key(raw)),
                milliseconds(expires),
            )
        return Invitation(kiosk, code, expires)

    async def hello(self) -> ServerHello:
        """The server's keys, and a nonce it will know again."""
        now, chance = self._clock.now(), self._chance(challenge.RANDOM_BYTES)
        return ServerHello(
            keys=await self._grants.server_keys(),
            nonce=challenge.issue(self._challenge_key, _SUBJECT, now, chance),
        )

    async def admit(self, request: EnrolmentRequest) -> EnrolmentAnswer:
        """Let the kiosk in that proves to know a code; the same kiosk may ask again.

        Raises:
            WireError: `enrolment.nonce`, `enrolment.proof`, `enrolment.expired`,
                `enrolment.used`, also for a kiosk that was fenced meanwhile.
        """
        now = self._clock.now()
        keys = await self._grants.server_keys()
        try:
            async with self._database.transaction() as tx:
                code = await self._code(tx, request.code_name)
                enrolment.check_request(code.proof_key, request, keys, self._issued)
                if enrolment.admit(code.open, request.kiosk, now) is Admission.FIRST:
                    await self._enter(tx, code, request, now)
                kiosk = await self._roster.locked(tx, code.kiosk)
                if kiosk is None or kiosk.standing is not KioskStanding.ACTIVE:
                    raise WireError(Fault.ENROLMENT_USED)
        except ConstraintError as error:
            # Two at once, or keys or a journal that another kiosk has: a cloned disk.
            raise WireError(Fault.ENROLMENT_USED) from error
        self._named.leased(code.kiosk)
        grant = await self._grants.grant(code.kiosk)
        return enrolment.answer(code.proof_key, request, grant, self._chance(32))

    def _issued(self, nonce: str) -> bool:
        return challenge.holds(self._challenge_key, _SUBJECT, nonce, self._clock.now())

    async def _code(self, tx: Transaction, code_name: bytes) -> _Code:
        rows = await tx.fetch(
            "SELECT kiosk, sealed, expires_ms, used_by FROM kiosks_code WHERE code_name = $1",
            code_name.hex(),
        )
        if not rows:
            # The same word as for a wrong proof: nobody learns which codes there are.
            raise WireError(Fault.ENROLMENT_PROOF)
        kiosk, sealed, expires, used_by = rows[0]
        keys = None if used_by is None else KioskKeys.model_validate_json(used_by)
        proof_key = self._sealer.open(code_name.hex(), sealed)
        return _Code(code_name.hex(), kiosk, proof_key, OpenCode(moment_of(expires), keys))

    async def _enter(
        self, tx: Transaction, code: _Code, request: EnrolmentRequest, now: datetime
    ) -> None:
        used = await tx.execute(
            "UPDATE kiosks_code SET used_by = $2 WHERE code_name = $1 AND used_by IS NULL",
            code.code_name,
            request.kiosk.model_dump_json(),
        )
        if not used:
            raise WireError(Fault.ENROLMENT_USED)
        await self._roster.enrolled(tx, code.kiosk, request.kiosk, now)
        await self._journals.begin(tx, code.kiosk, request.journal)
        await self._grants.vouching.certify(tx, code.kiosk, request.kiosk.signing, now)
