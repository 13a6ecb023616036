"""Calls to the server as this kiosk makes them: signed, watched, and their answers proved.

Without an enrolment a call names the kiosk by the secret that all kiosks share, if there is one,
and the server is known by the form of its answers alone: `{"status": "alive"}` to a probe, a
problem document with a code. An answer that tells nothing of who gave it tells the link nothing.
With one, each call is signed, and an answer counts only if the server signed it for this very
call. A clock that is wrong is no obstacle: the server's challenge is answered once, and its time
is what later calls are dated by.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from helpdesk.wire import answer_signature, binary, challenge, request_signature
from helpdesk.wire.answer_signature import CHALLENGE
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.op_id import IDEMPOTENCY_KEY
from helpdesk.wire.request_signature import Request
from helpdesk.wire.sync import FENCED
from kiosk.policy import Policy
from kiosk.transport import ANSWER_LIMIT, Fields, TransportError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from kiosk.clock import Clock
    from kiosk.identity.identity import Identity
    from kiosk.ids import RandomBytes
    from kiosk.link import LinkWatch
    from kiosk.transport import Call, Reply, Transport

NONCE_BYTES = 18
BUSY = frozenset({502, 503, 504})
"""Statuses of a server that is on its way up or down, or of what stands before it."""
OK, UNAUTHORIZED, FORBIDDEN = 200, 401, 403
ALIVE_PATH = "/livez"
_REPLAYED = "signature.replayed"
_FIRST = datetime(1970, 1, 2, tzinfo=UTC)
"""No signature is dated earlier, not even by a clock that begins at zero."""
_AGAIN = 2
"""Signatures of one call: the server may ask for another one, and once more for luck."""


class ServerCalls:
    """Makes calls. `link` hears of each; `access` is the value of `Authorization`, if any.

    `blocked` tells of a kiosk that was fenced and has no keys left: it asks nothing as an unknown
    one, since nobody's answer could be proved to it any more.
    """

    def __init__(
        self,
        transport: Transport,
        link: LinkWatch,
        clock: Clock,
        random: RandomBytes,
        identity: Callable[[], Identity | None] = lambda: None,
        access: str | None = None,
        policy: Policy | None = None,
        blocked: Callable[[], bool] = lambda: False,
    ) -> None:
        self._transport = transport
        self._blocked = blocked
        self._link = link
        self._clock = clock
        self._random = random
        self._identity = identity
        self._access = access
        self._policy = policy or Policy()
        self._offset = timedelta(0)
        self._fenced: Callable[[], None] | None = None

    def on_fence(self, heard: Callable[[], None]) -> None:
        """Call `heard` when an answer says, proved, that this kiosk is not trusted any more."""
        self._fenced = heard

    async def call(
        self, call: Call, deadline: float, limit: int = ANSWER_LIMIT, *, proved: bool = True
    ) -> Reply:
        """The answer, within `deadline` seconds.

        Args:
            call: what to ask.
            deadline: seconds for all of it, a challenge included.
            limit: bytes of the longest answer worth reading.
            proved: only an answer that the server signed; false for files that prove themselves.

        Raises:
            TransportError: none could be had, it was not proved (`server.unsigned`), or this
                kiosk is blocked (`kiosk.fenced`).
        """
        identity = self._identity()
        if identity is None and self._blocked():
            raise TransportError("kiosk.fenced", passing=False)
        if identity is None:
            return await self.plain(self._named(call), deadline, limit)
        reply = await self._told(self._signed(identity, call, deadline, limit, proved=proved))
        if proved or reply.status == UNAUTHORIZED:
            self._link.succeeded()
        return reply

    async def plain(self, call: Call, deadline: float, limit: int = ANSWER_LIMIT) -> Reply:
        """The answer to a call without a signature: from a server that is not known yet."""
        reply = await self._told(self._transport.exchange(call, deadline, limit))
        if self._identity() is None:
            self._judge(call, reply)
        return reply

    def _judge(self, call: Call, reply: Reply) -> None:
        """Tell the link whether an answer that nobody signed has the form of our server's."""
        form = _object(reply)
        if form is None or (call.path == ALIVE_PATH and not is_alive(reply)):
            self._link.failed("server.nonsense")
        elif call.path == ALIVE_PATH or code_of(reply):
            self._link.succeeded()

    async def reconnect(self) -> None:
        """Drop every connection."""
        await self._transport.reconnect()

    async def _signed(
        self, identity: Identity, call: Call, deadline: float, limit: int, *, proved: bool
    ) -> Reply:
        end = self._clock.monotonic() + deadline
        nonce = binary.to_text(self._random(NONCE_BYTES))
        for left in range(_AGAIN, -1, -1):
            asked = self._signature(identity, call, nonce)
            signed = replace(call, headers={**call.headers, **asked})
            reply = await self._transport.exchange(signed, self._left(end), limit)
            if proved or reply.status == UNAUTHORIZED:
                self._prove(identity, asked, reply)
            again = self._next_nonce(reply)
            if again is None or not left:
                self._hear_fence(reply, proved=proved)
                return reply
            nonce = again
        raise TransportError("server.nonsense", passing=False)

    def _left(self, end: float) -> float:
        left = end - self._clock.monotonic()
        if left <= 0:
            raise TransportError("server.timeout", passing=True)
        return left

    def _signature(self, identity: Identity, call: Call, nonce: str) -> dict[str, str]:
        key = Fields(call.headers).get(IDEMPOTENCY_KEY)
        authority = self._transport.authority
        request = Request(call.method, authority, call.path, call.query, call.body, key)
        created = max(self._clock.now() + self._offset, _FIRST)
        return request_signature.sign(request, identity.pair.signer, identity.keyid, created, nonce)

    def _prove(self, identity: Identity, asked: dict[str, str], reply: Reply) -> None:
        if not self._policy.answers_proved or reply.status in BUSY:
            return
        key = identity.receipt_key
        try:
            answer_signature.check(reply.headers, key, asked, reply.status, reply.body)
        except WireError as error:
            raise TransportError("server.unsigned", passing=True) from error

    def _hear_fence(self, reply: Reply, *, proved: bool) -> None:
        if self._fenced and proved and reply.status == FORBIDDEN and code_of(reply) == FENCED:
            self._fenced()

    def _next_nonce(self, reply: Reply) -> str | None:
        """The nonce to sign with once more, where the server asks for it."""
        code = code_of(reply)
        if reply.status != UNAUTHORIZED or code not in {Fault.SIGNATURE_SKEW, _REPLAYED}:
            return None
        if code == _REPLAYED:
            return binary.to_text(self._random(NONCE_BYTES))
        given = reply.headers.get(CHALLENGE, "")
        try:
            self._offset = challenge.issued_at(given) - self._clock.now()
        except WireError as error:
            raise TransportError("server.nonsense", passing=False) from error
        return given

    def _named(self, call: Call) -> Call:
        if self._access is None:
            return call
        return replace(call, headers={**call.headers, "Authorization": self._access})

    async def _told(self, work: Awaitable[Reply]) -> Reply:
        """The link hears of a call that found no server."""
        try:
            reply = await work
            if reply.status in BUSY:
                raise _busy(reply)
        except TransportError as error:
            self._link.failed(error.code)
            raise
        return reply


def code_of(reply: Reply) -> str:
    """The stable code of a problem document; empty for anything else."""
    code = (_object(reply) or {}).get("code")
    return code if isinstance(code, str) else ""


def is_alive(reply: Reply) -> bool:
    """Whether an answer to `GET /livez` is our server's."""
    return reply.status == OK and _object(reply) == {"status": "alive"}


def _object(reply: Reply) -> dict[str, Any] | None:
    """The JSON object that an answer is; None for anything else."""
    try:
        form = json.loads(reply.body)
    except (ValueError, RecursionError):
        return None
    return form if isinstance(form, dict) else None


def _busy(reply: Reply) -> TransportError:
    text = reply.headers.get("Retry-After", "")
    wait = float(text) if text.isascii() and text.isdigit() else 0.0
    return TransportError("server.busy", passing=True, status=reply.status, retry_after=wait)
