"""Push: the next entries to the server, and the server's word on each of them back.

Nothing but a verdict counts as delivered. What the server refuses is an outcome; what it cannot
read stops the outbox, whole and in order, until a person has seen to it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from helpdesk.wire import journal_batch
from helpdesk.wire.errors import WireError
from helpdesk.wire.journal_batch import PATH, ClockReading, PushAnswer
from helpdesk.wire.journal_form import Head
from kiosk.errors import KioskError
from kiosk.identity.calls import code_of
from kiosk.identity.refusal import RefusalError
from kiosk.journal.outbox import Held
from kiosk.policy import Policy
from kiosk.transport import Call, TransportError

if TYPE_CHECKING:
    from datetime import datetime

    from helpdesk.wire.journal_batch import EntryVerdict
    from helpdesk.wire.journal_form import Entry
    from kiosk.clock import Clock
    from kiosk.db.port import Transaction
    from kiosk.identity.book import IdentityBook
    from kiosk.identity.calls import ServerCalls
    from kiosk.identity.identity import Identity
    from kiosk.journal.outbox import Judged, Outbox, Position
    from kiosk.journal.timekeeper import Timekeeper
    from kiosk.sync.state import SyncState
    from kiosk.transport import Reply

logger = logging.getLogger(__name__)

Heard = Callable[["Transaction", "Judged"], Awaitable[None]]
"""What a use case does with the server's verdict on its entry, in the verdict's transaction."""

DEADLINE: Final = 30.0
ANSWER_LIMIT: Final = 1 << 20
_OK: Final = 200
_NOT_READ: Final = frozenset({400, 403, 409, 413, 415, 422})
"""Statuses of a server that is there and will not take this batch, however often it comes."""


class ParkedError(KioskError):
    """The outbox waits for a person: `journal.*`, by the server's code or ours."""


class Pushed(Enum):
    """What a turn did."""

    NOTHING = "nothing"
    SOME = "some"


@dataclass(frozen=True, slots=True)
class _Sent:
    """A batch that is out: what it follows, what it holds, who signed it, when it left."""

    identity: Identity
    at: Position
    before: Head
    entries: tuple[Entry, ...]
    sent_at: datetime

    @property
    def last(self) -> int:
        return self.before.seq + len(self.entries)


class Push:
    """One turn sends one batch. `heard` are the use cases that await verdicts, by kind."""

    def __init__(
        self,
        calls: ServerCalls,
        identities: IdentityBook,
        outbox: Outbox,
        state: SyncState,
        timekeeper: Timekeeper,
        clock: Clock,
        heard: Mapping[str, Heard],
        policy: Policy | None = None,
    ) -> None:
        self._calls = calls
        self._identities = identities
        self._outbox = outbox
        self._state = state
        self._timekeeper = timekeeper
        self._clock = clock
        self._heard = heard
        self._policy = policy or Policy()

    async def turn(self, *, asking: bool = False) -> Pushed:
        """Send what follows the mark; with `asking` even nothing, to hear how we stand.

        Raises:
            TransportError: no answer that counts.
            RefusalError: a no that may pass (a key, a limit).
            ParkedError: a no that stays, or a server whose history is not ours.
        """
        identity = self._identities.current
        if identity is None:
            return Pushed.NOTHING
        sent = await self._batch(identity)
        if not sent.entries and not asking:
            return Pushed.NOTHING
        reply = await self._calls.call(self._call(sent), DEADLINE, ANSWER_LIMIT)
        if reply.status != _OK:
            raise await self._refused(sent, reply)
        moved = await self._take(sent, _answer(reply))
        # Back with the mark, there is something to tell where there was nothing.
        return Pushed.SOME if sent.entries or moved else Pushed.NOTHING

    async def held(self) -> Held:
        """How much the server, asked now, has of what this kiosk told it.

        Raises:
            TransportError: no answer that counts.
        """
        if self._identities.current is None:
            return Held.MARK if self._identities.form is None else Held.UNKNOWN
        try:
            await self.turn(asking=True)
        except ParkedError:
            return Held.NOTHING
        except RefusalError as error:
            return Held.NOTHING if error.key_unknown else Held.MARK
        except TransportError as error:
            # A server that does not know our key signs no answer to it, and so do impostors.
            if error.code != "server.unsigned":
                raise
            return Held.UNKNOWN
        return Held.MARK

    async def _batch(self, identity: Identity) -> _Sent:
        at = await self._outbox.position()
        before = await self._outbox.head_at(at, at.mark)
        if before is None:
            raise ParkedError("journal.gone", {"seq": str(at.mark)})
        entries = await self._outbox.after(at, at.mark)
        return _Sent(identity, at, before, entries, self._clock.now())

    def _call(self, sent: _Sent) -> Call:
        reading = ClockReading(boot_id=self._timekeeper.boot_id, mono_ms=self._timekeeper.mono_ms())
        signer, kiosk = sent.identity.pair.signer, sent.identity.kiosk
        try:
            batch = journal_batch.batch(
                signer, kiosk, sent.at.journal, sent.before, sent.entries, reading
            )
        except WireError as error:
            # Our own chain does not hold: somebody, or the disk, has changed what was written.
            raise ParkedError("journal.broken", error.params) from error
        headers = {"Content-Type": "application/json"}
        return Call("POST", PATH, body=batch.model_dump_json().encode(), headers=headers)

    async def _refused(self, sent: _Sent, reply: Reply) -> KioskError:
        """Why the server did not take the batch. Nothing of it counts as delivered."""
        code = code_of(reply)
        if not self._policy.refusals_are_kept:
            await self._state.mark(sent.at, sent.last)
        if reply.status not in _NOT_READ:
            return RefusalError(code, reply.status)
        if not self._policy.park_on_unknown:
            await self._state.mark(sent.at, sent.before.seq + 1)
        return ParkedError(code or "journal.not_read", {"status": str(reply.status)})

    async def _take(self, sent: _Sent, answer: PushAnswer) -> bool:
        """Keep what the answer says, if it holds against our journal; whether the mark moved."""
        try:
            await self._check(sent, answer)
        except ParkedError:
            # Whose history is right is another question than whether we are trusted.
            await self._identities.stand(answer.standing)
            raise
        verdicts = _in_order(sent, answer)
        mark = verdicts[-1].seq if verdicts else min(sent.before.seq, answer.mark)
        if mark < sent.before.seq and not self._policy.mark_may_fall:
            mark = sent.before.seq
        if not self._policy.push_in_order:
            mark = max(mark, sent.last)
        if mark < sent.at.mark:
            logger.warning("the server is back at entry %d, ours was %d", mark, sent.at.mark)
        await self._keep(sent, answer, verdicts, mark)
        await self._identities.stand(answer.standing)
        if sent.entries and mark == sent.at.mark:
            # Told apart from progress, or the same batch would go out again at once.
            raise RefusalError("journal.not_taken", _OK)
        return mark != sent.at.mark

    async def _keep(
        self, sent: _Sent, answer: PushAnswer, verdicts: tuple[EntryVerdict, ...], mark: int
    ) -> None:
        if not self._policy.verdict_with_mark:
            await self._state.mark(sent.at, mark)
        async with self._state.contact(answer.server_time) as tx:
            judged = await self._outbox.judge(
                tx, sent.at, verdicts, sent.sent_at, answer.server_time
            )
            for item in judged:
                if hear := self._heard.get(item.kind):
                    await hear(tx, item)
            await self._outbox.set_mark(tx, sent.at, mark)
            await self._outbox.let_go(tx, sent.at, mark, answer.server_time)
        for verdict in verdicts:
            if verdict.reason:
                logger.warning("entry %d %s: %s", verdict.seq, verdict.outcome, verdict.reason)

    async def _check(self, sent: _Sent, answer: PushAnswer) -> None:
        """That the server's mark is a place in our own history, and that it says so itself."""
        if self._policy.receipts_proved:
            try:
                journal_batch.check_receipt(
                    answer, sent.identity.kiosk, sent.at.journal, sent.identity.receipt_key
                )
            except WireError as error:
                raise TransportError("server.unsigned", passing=True) from error
        if not self._policy.fork_stops:
            return
        if answer.mark > sent.at.head.seq:
            raise ParkedError("journal.behind", {"mark": str(answer.mark)})
        ours = await self._outbox.head_at(sent.at, answer.mark)
        if ours is None:
            raise ParkedError("journal.gone", {"seq": str(answer.mark)})
        if ours.hash != answer.head:
            raise ParkedError("journal.fork", {"seq": str(answer.mark)})


def _answer(reply: Reply) -> PushAnswer:
    try:
        return PushAnswer.model_validate_json(reply.body)
    except ValidationError:
        # Its text quotes the answer.
        raise TransportError("server.nonsense", passing=False) from None


def _in_order(sent: _Sent, answer: PushAnswer) -> tuple[EntryVerdict, ...]:
    """The verdicts on this batch from its first entry on, without a gap, up to the mark."""
    given = {verdict.seq: verdict for verdict in answer.verdicts}
    last = min(answer.mark, sent.last)
    judged = []
    for seq in range(sent.before.seq + 1, last + 1):
        if seq not in given:
            break
        judged.append(given[seq])
    return tuple(judged)
