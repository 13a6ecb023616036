"""Becoming a kiosk of a centre, by a code that a person typed or scanned.

Whatever moment an answer gets lost or the power goes, the same code may be given again: keys and
journal of the first attempt are kept and ask once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import BaseModel, ValidationError

from helpdesk.wire import enrolment, enrolment_code
from helpdesk.wire.enrolment import EnrolmentAnswer, EnrolmentRequest, ServerHello
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from kiosk.errors import KioskError
from kiosk.identity.calls import code_of
from kiosk.transport import Call, TransportError
from kiosk.unbroken import unbroken

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from helpdesk.wire.enrolment import Grant, ServerKeys
    from kiosk.clock import Clock
    from kiosk.db.port import Connection
    from kiosk.identity.book import IdentityBook
    from kiosk.identity.calls import ServerCalls
    from kiosk.identity.identity import Asking, Enrolled
    from kiosk.identity.key_store import KeyPair
    from kiosk.ids import RandomBytes
    from kiosk.journal.journal import Journal
    from kiosk.journal.outbox import Held, Outbox

DEADLINE: Final = 10.0
"""Seconds for each of the two calls."""
GRANT_LIMIT: Final = 8 << 20
JOURNAL_BYTES: Final = 16
_NONCE_BYTES: Final = 16
_STALE: Final = "enrolment.nonce"
_OK: Final = 200


Message = TypeVar("Message", bound=BaseModel)


class EnrolmentError(KioskError):
    """An enrolment that did not come about; nothing of the kiosk has changed."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The use case. `held`: how much the server has of what we told it as who we are."""

    calls: ServerCalls
    identities: IdentityBook
    journal: Journal
    outbox: Outbox
    connection: Connection
    clock: Clock
    random: RandomBytes
    held: Callable[[], Awaitable[Held]]

    async def enrol(self, typed: str) -> Enrolled:
        """Who this kiosk is now; the server's keys are pinned and its own are the new ones.

        A kiosk that was enrolled before begins a new journal: what the old one still had to
        say is written into it once more, and all of it where the server has lost what it had.

        Raises:
            EnrolmentError: by the server's code or `enrolment.*`, `seal.*`.
            TransportError: the server cannot be reached; try again with the same code.
        """
        try:
            code = enrolment_code.parse(typed)
            held = await self.held()
            asked, server, grant = await self._admitted(code)
        except WireError as error:
            raise EnrolmentError(error.code, error.params) from error
        # Whoever asked may go away by now: a kiosk that is kept as one and speaks as another
        # would soon write the old one over the new.
        await unbroken(self._become(asked, grant, server, held))
        return self.identities.needed

    async def _become(self, asked: Asking, grant: Grant, server: ServerKeys, held: Held) -> None:
        async with self.connection.transaction() as tx:
            if (await self.journal.written(tx)).journal != asked.journal:
                await self.outbox.begin_anew(tx, asked.journal, held)
            form = await self.identities.enrol(tx, asked, grant, server, self.clock.now())
        await self.identities.settle(form)

    async def _admitted(self, code: bytes) -> tuple[Asking, ServerKeys, Grant]:
        """Let in, with the journal that is there for a first enrolment.

        That journal may be known to the server: by a copy of this disk, or by an enrolment of
        which we never heard. Then we come with a new one.
        """
        if self.identities.form is None:
            journal = (await self.journal.written(self.connection)).journal
            try:
                return await self._admitted_with(code, journal)
            except EnrolmentError as error:
                if error.code != Fault.ENROLMENT_USED:
                    raise
                await self.identities.ask_anew()
        return await self._admitted_with(code, self.random(JOURNAL_BYTES))

    async def _admitted_with(self, code: bytes, journal: bytes) -> tuple[Asking, ServerKeys, Grant]:
        name, proof_key = enrolment_code.name_of(code), enrolment_code.proof_key(code)
        asked, pair = await self.identities.asking(name, journal)
        request, answer = await self._ask(asked, pair, proof_key)
        grant = enrolment.open_answer(proof_key, request, answer, pair.sealing)
        return asked, request.server, grant

    async def _ask(
        self, asked: Asking, pair: KeyPair, proof_key: bytes
    ) -> tuple[EnrolmentRequest, EnrolmentAnswer]:
        for last in (False, True):
            request = await self._request(asked, pair, proof_key)
            body = request.model_dump_json().encode()
            headers = {"Content-Type": "application/json"}
            call = Call("POST", enrolment.PATH, body=body, headers=headers)
            reply = await self.calls.plain(call, DEADLINE, GRANT_LIMIT)
            code = code_of(reply)
            if reply.status == _OK:
                return request, _parsed(EnrolmentAnswer, reply.body)
            if code != _STALE or last:
                raise EnrolmentError(code or "enrolment.refused", {"status": str(reply.status)})
        raise EnrolmentError(_STALE)

    async def _request(self, asked: Asking, pair: KeyPair, proof_key: bytes) -> EnrolmentRequest:
        reply = await self.calls.plain(Call("GET", enrolment.PATH), DEADLINE)
        if reply.status != _OK:
            code = code_of(reply) or "enrolment.refused"
            raise EnrolmentError(code, {"status": str(reply.status)})
        hello = _parsed(ServerHello, reply.body)
        unproved = EnrolmentRequest(
            code_name=asked.code_name,
            kiosk=pair.public,
            server=hello.keys,
            server_nonce=hello.nonce,
            kiosk_nonce=self.random(_NONCE_BYTES),
            journal=asked.journal,
            proof=bytes(32),
            possession=bytes(64),
        )
        return enrolment.proved(proof_key, pair.signer, unproved)


def _parsed(shape: type[Message], body: bytes) -> Message:
    try:
        return shape.model_validate_json(body)
    except ValidationError:
        # Its text quotes the answer.
        raise TransportError("server.nonsense", passing=False) from None
