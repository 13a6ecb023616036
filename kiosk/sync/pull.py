"""Pull: what the server keeps its kiosks told of, as a replica that is never half old, half new.

Changes and the cursor they lead to commit together. A server that does not know the cursor any
more sends everything: that is gathered aside, and takes the place of the old at once.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from pydantic import ValidationError

from helpdesk.wire.sync import ANSWER_LENGTH, CHANGES_PATH, MUST_REFETCH, ChangesAnswer
from kiosk.identity.calls import code_of
from kiosk.identity.refusal import RefusalError
from kiosk.policy import Policy
from kiosk.transport import Call, TransportError

if TYPE_CHECKING:
    from helpdesk.wire.sync import Change
    from kiosk.db.port import Connection, Transaction
    from kiosk.identity.book import IdentityBook
    from kiosk.identity.calls import ServerCalls
    from kiosk.sealing import Sealer
    from kiosk.sync.state import SyncState
    from kiosk.transport import Reply

Values = Mapping[str, Mapping[str, Any]]
"""What one topic says now: value by key."""
Follower = Callable[[Values], Awaitable[None]]
"""Hears all that a topic says, after the commit of a change and once at every start."""

DEADLINE: Final = 20.0
TABLE = "replica"

_OK: Final = 200
_CURSORS = "SELECT cursor, next_cursor FROM sync_state"
_MOVE = "UPDATE sync_state SET cursor = ?, next_cursor = NULL"
_MOVE_NEXT = "UPDATE sync_state SET next_cursor = ?"
_TOPIC = "SELECT key, sealed FROM replica WHERE topic = ? ORDER BY key"
_PUT = """
    INSERT INTO {table} (topic, key, sealed) VALUES (?, ?, ?)
    ON CONFLICT (topic, key) DO UPDATE SET sealed = excluded.sealed
"""
_DROP = "DELETE FROM {table} WHERE topic = ? AND key = ?"
_CLEAR_NEXT = "DELETE FROM replica_next"
_CLEAR = "DELETE FROM replica"
_TAKE_PLACE = "INSERT INTO replica SELECT topic, key, sealed FROM replica_next"


class Pull:
    """One turn asks for one page."""

    def __init__(
        self,
        calls: ServerCalls,
        identities: IdentityBook,
        connection: Connection,
        sealer: Sealer,
        state: SyncState,
        policy: Policy | None = None,
    ) -> None:
        self._calls = calls
        self._identities = identities
        self._connection = connection
        self._sealer = sealer
        self._state = state
        self._policy = policy or Policy()
        self._followers: dict[str, list[Follower]] = {}

    @property
    def followed(self) -> frozenset[str]:
        """The topics that somebody follows."""
        return frozenset(self._followers)

    def follow(self, topic: str, follower: Follower) -> None:
        """Call `follower` with all that `topic` says, whenever that changes."""
        self._followers.setdefault(topic, []).append(follower)

    async def open(self) -> None:
        """Tell every follower what is known: it may have missed the last change."""
        await self._tell(set(self._followers))

    async def values(self, topic: str) -> Values:
        """What a topic says now."""
        rows = await self._connection.fetch(_TOPIC, topic)
        return {key: self._value(topic, key, sealed) for key, sealed in rows}

    async def turn(self) -> bool:
        """Ask for what is new; whether there is more.

        Raises:
            TransportError: no answer that counts.
            RefusalError: the server's no.
        """
        cursor, gathering = await self._cursor()
        query = urlencode({"cursor": cursor}) if cursor else ""
        reply = await self._calls.call(Call("GET", CHANGES_PATH, query), DEADLINE, ANSWER_LENGTH)
        if code_of(reply) == MUST_REFETCH:
            await self._begin_gathering()
            return True
        if reply.status != _OK:
            raise RefusalError(code_of(reply), reply.status)
        answer = _answer(reply)
        await self._take(answer, gathering=gathering, idle=answer.cursor == cursor)
        await self._identities.stand(answer.standing)
        return answer.more

    async def _cursor(self) -> tuple[str, bool]:
        """Where to go on from, and whether into the snapshot that is being gathered."""
        ((cursor, following),) = await self._connection.fetch(_CURSORS)
        if following is not None:
            return following, True
        return cursor, not cursor and self._policy.snapshot_whole

    async def _begin_gathering(self) -> None:
        async with self._connection.transaction() as tx:
            await tx.execute(_CLEAR_NEXT)
            if self._policy.snapshot_whole:
                await tx.execute(_MOVE_NEXT, "")
            else:
                await tx.execute(_CLEAR)
                await tx.execute(_MOVE, "")

    async def _take(self, answer: ChangesAnswer, *, gathering: bool, idle: bool) -> None:
        if idle and not answer.changes and not gathering:
            async with self._state.contact(answer.server_time):
                return
        if not self._policy.changes_with_cursor:
            async with self._connection.transaction() as tx:
                await tx.execute(_MOVE, answer.cursor)
        topics = {change.topic for change in answer.changes}
        async with self._state.contact(answer.server_time) as tx:
            if gathering:
                await self._gather(tx, answer)
            else:
                await self._apply(tx, "replica", answer.changes)
                await tx.execute(_MOVE, answer.cursor)
        if not gathering:
            await self._tell(topics & set(self._followers))
        elif not answer.more:
            await self._tell(set(self._followers))

    async def _gather(self, tx: Transaction, answer: ChangesAnswer) -> None:
        await self._apply(tx, "replica_next", answer.changes)
        if answer.more:
            await tx.execute(_MOVE_NEXT, answer.cursor)
            return
        await tx.execute(_CLEAR)
        await tx.execute(_TAKE_PLACE)
        await tx.execute(_CLEAR_NEXT)
        await tx.execute(_MOVE, answer.cursor)

    async def _apply(self, tx: Transaction, table: str, changes: tuple[Change, ...]) -> None:
        for change in changes:
            if change.value is None:
                await tx.execute(_DROP.format(table=table), change.topic, change.key)
                continue
            plain = json.dumps(change.value, ensure_ascii=False, separators=(",", ":")).encode()
            sealed = self._sealer.seal(TABLE, _place(change.topic, change.key), plain)
            await tx.execute(_PUT.format(table=table), change.topic, change.key, sealed)

    async def _tell(self, topics: set[str]) -> None:
        for topic in sorted(topics):
            values = await self.values(topic)
            for follower in self._followers[topic]:
                await follower(values)

    def _value(self, topic: str, key: str, sealed: bytes) -> Mapping[str, Any]:
        value = json.loads(self._sealer.open(TABLE, _place(topic, key), sealed))
        return value if isinstance(value, dict) else {}


def _place(topic: str, key: str) -> str:
    return f"{topic}/{key}"


def _answer(reply: Reply) -> ChangesAnswer:
    try:
        return ChangesAnswer.model_validate_json(reply.body)
    except ValidationError:
        # Its text quotes the answer.
        raise TransportError("server.nonsense", passing=False) from None
