"""Who signed a request, and the signature under its answer."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from helpdesk.kiosks.nonces import Freshness
from helpdesk.kiosks.roster import KeyStanding
from helpdesk.trust.errors import TrustError
from helpdesk.web import Channel, Principal, RequestError
from helpdesk.web.permission import Standing
from helpdesk.wire import answer_signature, challenge, request_signature
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.sync import CHALLENGE, TIME

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from helpdesk.clock import Clock
    from helpdesk.kiosks.fleet import Fleet
    from helpdesk.kiosks.nonces import Nonces
    from helpdesk.kiosks.roster import KioskKey, Roster
    from helpdesk.kiosks.server_keys import ServerSecrets
    from helpdesk.wire.request_signature import Request, VerifiedRequest

REPLAYED: Final = "signature.replayed"

_SCHEME: Final = {"WWW-Authenticate": "Signature"}


class SignedRequests:
    """The web's `Signatures` by the kiosks' keys."""

    def __init__(
        self,
        roster: Roster,
        fleet: Fleet,
        secrets_: ServerSecrets,
        nonces: Nonces,
        clock: Clock,
        chance: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._roster = roster
        self._fleet = fleet
        self._secrets = secrets_
        self._nonces = nonces
        self._clock = clock
        self._chance = chance

    async def principal(
        self,
        request: Request,
        headers: Mapping[str, str],
        read: Callable[[], Awaitable[bytes]],
        *,
        replayable: bool,
    ) -> Principal:
        """The kiosk that signed, named by its prefix; only then its body is read.

        Raises:
            RequestError: 401 `signature.*`; with `signature.skew` the server's time and a
                challenge.
        """
        keyid = request_signature.keyid_of(headers)
        found = None if keyid is None else await self._roster.key(keyid)
        key = found if found is not None and found.state.accepted else None
        try:
            verified = request_signature.verify_unread(
                request,
                headers,
                lambda _: None if key is None else key.verifying,
                self._clock.now(),
                self._answers,
            )
            request_signature.check_body(headers, await read())
        except WireError as error:
            if error.code == Fault.SIGNATURE_SKEW:
                await read()  # it is a kiosk's: let it finish, so that it hears the answer
            if found is not None and error.code == Fault.SIGNATURE_KEY:
                await self._retired_used(found, request, headers)
            raise self._refusal(error.code, keyid) from error
        if key is None:
            raise self._refusal(Fault.SIGNATURE_KEY, keyid)
        if not replayable:
            await self._use(verified)
        await self._first_use(key)
        standing = Standing.SHUT_OUT if key.standing.shut_out else Standing.ENROLLED
        return Principal(Channel.KIOSK, key.kiosk, standing)

    def answered(self, headers: Mapping[str, str], status: int, body: bytes) -> Mapping[str, str]:
        """The field that signs the answer; nothing for fields that are no signature."""
        if request_signature.keyid_of(headers) is None:
            return {}
        return answer_signature.sign(self._secrets.receipt, headers, status, body)

    async def _retired_used(
        self, key: KioskKey, request: Request, headers: Mapping[str, str]
    ) -> None:
        """A key that its kiosk gave up is named; where it has signed, somebody else holds it."""
        try:
            verified = request_signature.verify_unread(
                request, headers, lambda _: key.verifying, self._clock.now(), self._answers
            )
        except WireError:
            return
        await self._fleet.retired_key_used(key, verified.created)

    async def _use(self, verified: VerifiedRequest) -> None:
        """Let a request count, once."""
        freshness = await self._nonces.use(verified)
        if freshness is Freshness.UNKNOWN and self._answers(verified.keyid, verified.nonce):
            freshness = await self._nonces.use(replace(verified, challenged=True))
        if freshness is Freshness.SEEN:
            raise self._refusal(REPLAYED, verified.keyid)
        if freshness is Freshness.UNKNOWN:
            raise self._refusal(Fault.SIGNATURE_SKEW, verified.keyid)

    async def _first_use(self, key: KioskKey) -> None:
        """The first request under a new key ends the old one's time."""
        if key.state is not KeyStanding.REGISTERED:
            return
        try:
            await self._fleet.first_use(key)
        except TrustError as error:
            raise self._refusal(Fault.SIGNATURE_KEY, key.keyid) from error

    def _answers(self, keyid: str, nonce: str) -> bool:
        return challenge.holds(self._secrets.challenge, keyid, nonce, self._clock.now())

    def _refusal(self, code: str, keyid: str | None) -> RequestError:
        if code != Fault.SIGNATURE_SKEW or keyid is None:
            return RequestError(code, status=401, headers=_SCHEME)
        now = self._clock.now()
        nonce = challenge.issue(
            self._secrets.challenge, keyid, now, self._chance(challenge.RANDOM_BYTES)
        )
        fields = {TIME: now.isoformat(timespec="milliseconds"), CHALLENGE: nonce}
        return RequestError(code, status=401, headers={**_SCHEME, **fields})
