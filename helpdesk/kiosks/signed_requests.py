"""Who signed a request, and the signature under its answer."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from helpdesk.kiosks.nonces import Freshness
from helpdesk.kiosks.roster import KeyStanding
from helpdesk.trust.errors import TrustError
from helpdesk.web import Channel, Principal, RequestError, TokenBuckets
from helpdesk.web.permission import Standing
from helpdesk.wire import answer_signature, challenge, request_signature
from helpdesk.wire.answer_signature import CHALLENGE, TIME
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from helpdesk.clock import Clock
    from helpdesk.kiosks.fleet import Fleet
    from helpdesk.kiosks.nonces import Nonces
    from helpdesk.kiosks.roster import KioskKey, Roster
    from helpdesk.kiosks.server_keys import ServerSecrets
    from helpdesk.wire.request_signature import Request, VerifiedRequest

REPLAYED: Final = "signature.replayed"
STRANGERS_PER_MINUTE: Final = 60
"""Answers a minute that are signed for keys nobody knows: a restored server's kiosk needs one."""

_LONG: Final = 1 << 16
_MOST_KNOWN: Final = 10_000
_SCHEME: Final = {"WWW-Authenticate": "Signature"}


@dataclass(frozen=True, slots=True)
class KioskCall:
    """The web's `SignedCall`: a kiosk's signature over a head that holds."""

    principal: Principal
    refusal: RequestError | None
    _digest_holds: Callable[[bytes], None]
    _first_use: Callable[[], Awaitable[None]]

    async def accept(self, body: bytes) -> None:
        """Hold `body` against its digest; the first call under a new key ends the old one's time.

        Raises:
            RequestError: 401 `signature.digest`.
        """
        try:
            if len(body) > _LONG:
                await asyncio.to_thread(self._digest_holds, body)
            else:
                self._digest_holds(body)
        except WireError as error:
            raise RequestError(error.code, status=401, headers=_SCHEME) from error
        await self._first_use()


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
        self._known: OrderedDict[str, None] = OrderedDict()
        self._strangers = TokenBuckets(STRANGERS_PER_MINUTE, clock)

    async def identify(
        self, request: Request, headers: Mapping[str, str], *, replayable: bool
    ) -> KioskCall:
        """The kiosk that signed, named by its prefix, by the head of its request alone.

        Raises:
            RequestError: 401 `signature.*`.
        """
        keyid = request_signature.keyid_of(headers)
        key = None if keyid is None else await self._key(keyid)
        accepted = key if key is not None and key.state.accepted else None
        refusal = None
        try:
            verified = request_signature.verify_unread(
                request,
                headers,
                lambda _: None if accepted is None else accepted.verifying,
                self._clock.now(),
                self._answers,
            )
        except WireError as error:
            refusal = self._refusal(error.code, keyid)
            if key is not None and error.code == Fault.SIGNATURE_KEY:
                await self._retired_used(key, request, headers)
            if error.code != Fault.SIGNATURE_SKEW:
                raise refusal from error
        else:
            if not replayable:
                refusal = await self._use(verified)
        if accepted is None:
            raise self._refusal(Fault.SIGNATURE_KEY, keyid)
        return self._call(accepted, headers, refusal)

    def knows(self, headers: Mapping[str, str]) -> bool:
        """Whether the key that is named, unproved, is one that has been looked up and is there."""
        return request_signature.keyid_of(headers) in self._known

    def answered(
        self, asked: Mapping[str, str], status: int, headers: Mapping[str, str], body: bytes
    ) -> Mapping[str, str]:
        """The field that signs the answer; nothing for fields that are no signature.

        Whoever makes up keys gets few signatures out of us: each takes us as long as a check.
        """
        keyid = request_signature.keyid_of(asked)
        if keyid is None or (keyid not in self._known and self._strangers.take("") > 0):
            return {}
        return answer_signature.sign(self._secrets.receipt, asked, status, headers, body)

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

    def _call(
        self, key: KioskKey, headers: Mapping[str, str], refusal: RequestError | None
    ) -> KioskCall:
        standing = Standing.SHUT_OUT if key.standing.shut_out else Standing.ENROLLED
        return KioskCall(
            Principal(Channel.KIOSK, key.kiosk, standing),
            refusal,
            partial(request_signature.check_body, headers),
            partial(self._first_use, key),
        )

    async def _first_use(self, key: KioskKey) -> None:
        """The first request under a new key ends the old one's time."""
        if key.state is not KeyStanding.REGISTERED:
            return
        try:
            await self._fleet.first_use(key)
        except TrustError as error:
            raise self._refusal(Fault.SIGNATURE_KEY, key.keyid) from error

    async def _key(self, keyid: str) -> KioskKey | None:
        """The key of an id, whatever its state; remembered as one that gets signed answers."""
        key = await self._roster.key(keyid)
        if key is not None:
            self._known[keyid] = None
            self._known.move_to_end(keyid)
            if len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
        return key

    async def _use(self, verified: VerifiedRequest) -> RequestError | None:
        """Let a request count, once; the refusal of one from before anything was remembered."""
        freshness = await self._nonces.use(verified)
        if freshness is Freshness.UNKNOWN and self._answers(verified.keyid, verified.nonce):
            freshness = await self._nonces.use(replace(verified, challenged=True))
        if freshness is Freshness.SEEN:
            raise self._refusal(REPLAYED, verified.keyid)
        if freshness is Freshness.UNKNOWN:
            return self._refusal(Fault.SIGNATURE_SKEW, verified.keyid)
        return None

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
