"""Sync's parts, joined over whatever connection, transport, clock and chance they are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from helpdesk.wire.check_entry import CheckPayload
from helpdesk.wire.standing import Standing
from kiosk.db.retention import Retention
from kiosk.identity.book import IdentityBook
from kiosk.identity.calls import ServerCalls
from kiosk.identity.enrolment import Enrolment
from kiosk.identity.rotation import Rotation
from kiosk.online_verifier import OnlineVerifier
from kiosk.sync.pull import Pull
from kiosk.sync.push import Push
from kiosk.sync.settling import Settling
from kiosk.sync.state import SyncState
from kiosk.sync.task import SyncTask

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.clock import Clock
    from kiosk.db.database import Database
    from kiosk.identity.key_store import KeyStore
    from kiosk.ids import RandomBytes
    from kiosk.link import LinkWatch
    from kiosk.pause import Pause
    from kiosk.policy import Policy
    from kiosk.transport import Transport


KEEP_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Outside:
    """What is injected: the world outside, and chance. `access` names a kiosk not enrolled.

    `keep_days`: how long after the server's verdict a check's details and slips stay here.
    """

    database: Database
    transport: Transport
    keys: KeyStore
    link: LinkWatch
    clock: Clock
    random: RandomBytes
    pause: Pause
    chance: Callable[[], float]
    access: str | None = None
    keep_days: int = KEEP_DAYS
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class SyncParts:
    """What is made of it. Open `identities`, then `pull`, before anything else is called."""

    identities: IdentityBook
    calls: ServerCalls
    verifier: OnlineVerifier
    enrolment: Enrolment
    state: SyncState
    push: Push
    pull: Pull
    rotation: Rotation
    sync: SyncTask


def join(given: Outside) -> SyncParts:
    """The parts, each knowing those it needs; nothing is opened or asked yet."""
    database, clock, policy = given.database, given.clock, given.policy
    connection, sealer, outbox = database.connection, database.sealer, database.outbox
    identities = IdentityBook(connection, sealer, given.keys, given.random, policy)
    identities.listen(lambda: _stand(identities, database, given.link))
    calls = ServerCalls(
        given.transport,
        given.link,
        clock,
        given.random,
        lambda: identities.current,
        given.access,
        policy,
        partial(_blocked, identities),
    )
    verifier = OnlineVerifier(calls)
    state = SyncState(connection, outbox, database.timekeeper, clock)
    heard = {CheckPayload.KIND: database.checks.heard}
    push = Push(calls, identities, outbox, state, database.timekeeper, clock, heard, policy)
    pull = Pull(calls, identities, connection, sealer, state, policy)
    rotation = Rotation(calls, identities, clock)
    retention = Retention(connection, timedelta(days=given.keep_days))
    identities.on_wipe(partial(_erase, identities, retention))
    sync = SyncTask(
        push=push,
        pull=pull,
        rotation=rotation,
        retention=retention,
        settling=Settling(verifier, database.checks, clock),
        identities=identities,
        outbox=outbox,
        state=state,
        calls=calls,
        link=given.link,
        clock=clock,
        pause=given.pause,
        chance=given.chance,
        policy=policy,
    )
    calls.on_fence(sync.fence_heard)
    enrolment = Enrolment(
        calls,
        identities,
        database.journal,
        outbox,
        connection,
        clock,
        given.random,
        push.held,
    )
    return SyncParts(identities, calls, verifier, enrolment, state, push, pull, rotation, sync)


async def _erase(identities: IdentityBook, retention: Retention) -> None:
    """A fenced kiosk erases what the server has; the journal once it has nothing left to say."""
    await retention.erase_delivered(journal=identities.needed.key is None)


def _blocked(identities: IdentityBook) -> bool:
    """Whether a fence has taken this kiosk's keys, and no enrolment has given it new ones."""
    form = identities.form
    return identities.current is None and form is not None and form.standing is Standing.FENCED


def _stand(identities: IdentityBook, database: Database, link: LinkWatch) -> None:
    """What the identity means for record numbers and for the link."""
    form = identities.form
    if form is not None:
        database.checks.prefix = form.prefix
        link.fence(fenced=form.standing is not Standing.ACTIVE)
