"""Reading a kiosk's book and folder, open in a running kiosk or read-only for a stopped one."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from helpdesk.wire.clock_anchor import ClockAnchor
from kiosk.checkup.facts import Inside, Packs, Slips, Times, Trust, Waiting, Who
from kiosk.errors import KioskError
from kiosk.identity.identity import Enrolled
from kiosk.identity.key_store import FOLDER as KEYS
from kiosk.identity.key_store import KeyFolder
from kiosk.trust.store import TrustStore

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.checkup.facts import Live
    from kiosk.clock import Clock
    from kiosk.db.port import Connection
    from kiosk.journal.outbox import Outbox
    from kiosk.sealing import Sealer
    from kiosk.sync.state import SyncState

PACKAGE: Final = "yanpiao"

_CLOCK = "SELECT latest_ms, boot_id, mono_ms, server_ms FROM journal_clock"
_ENROLLED = "SELECT sealed FROM identity WHERE role = 'enrolled'"
_CHECKS = """
    SELECT (SELECT COUNT(*) FROM checks WHERE day = ?),
           (SELECT COUNT(*) FROM checks WHERE delivery = 'kept')
"""
_OPEN_SLIPS = "SELECT COUNT(*), MIN(created_at) FROM slips WHERE state IN ('queued', 'sending')"
_DOUBTFUL_SLIPS = """
    SELECT COUNT(*) FROM (SELECT state FROM slips ORDER BY position DESC LIMIT 50)
    WHERE state = 'doubtful'
"""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Book:
    """Where it all stands. `boot_id`: this machine's present boot."""

    data: Path
    connection: Connection
    sealer: Sealer
    outbox: Outbox
    state: SyncState
    clock: Clock
    boot_id: bytes


async def enrolled(book: Book) -> Enrolled | None:
    """The enrolment that is kept. Raises `KioskError`: `store.*`, `seal.broken`."""
    rows = await book.connection.fetch(_ENROLLED)
    if not rows:
        return None
    return Enrolled.model_validate_json(book.sealer.open("identity", "enrolled", rows[0][0]))


async def read(book: Book, form: Enrolled | None, packs: Packs, live: Live | None) -> Inside:
    """All that is kept. Raises `KioskError`: `store.*`."""
    today = book.clock.today().isoformat()
    ((checks, kept),) = await book.connection.fetch(_CHECKS, today)
    return Inside(
        version=await asyncio.to_thread(_version),
        sqlite=sqlite3.sqlite_version,
        times=await _times(book),
        who=await _who(book, form),
        trust=await asyncio.to_thread(_trust, book.data),
        outbox=await _outbox(book),
        packs=packs,
        slips=await _slips(book.connection),
        today=checks,
        kept=kept,
        live=live,
    )


@cache
def _version() -> str:
    """Of the program as it was loaded: an update beside it changes nothing here."""
    return version(PACKAGE)


async def _times(book: Book) -> Times:
    now, mono_ms = book.clock.now(), int(book.clock.monotonic() * 1000)
    rows = await book.connection.fetch(_CLOCK)
    if not rows:
        return Times(now=now)
    latest_ms, boot_id, anchor_ms, server_ms = rows[0]
    server = None
    if boot_id is not None:
        anchor = ClockAnchor(boot_id, anchor_ms, _moment(server_ms))
        server = anchor.occurred_at(book.boot_id, mono_ms)
    return Times(now=now, latest=_moment(latest_ms) if latest_ms else None, server=server)


async def _who(book: Book, form: Enrolled | None) -> Who:
    if form is None:
        return Who()
    fault = None
    try:
        if form.key is not None:
            await KeyFolder(book.data / KEYS).load(form.key)
    except KioskError as error:
        fault = error.code
    return Who(
        kiosk=form.kiosk,
        centre=form.centre,
        standing=form.standing.value,
        key_since=form.key_since,
        fault=fault,
    )


def _trust(data: Path) -> Trust:
    try:
        held = TrustStore(data).held()
    except KioskError as error:
        return Trust(fault=error.code)
    if held is None:
        return Trust()
    told = held.trust_list
    return Trust(version=told.version, issued_at=told.issued_at, expires=told.expires)


async def _outbox(book: Book) -> Waiting:
    position, waiting = await book.outbox.position(), await book.outbox.waiting()
    remembered = await book.state.remembered()
    return Waiting(
        head=position.head.seq,
        mark=position.mark,
        waiting=waiting.count,
        oldest=None if waiting.oldest_ms is None else _moment(waiting.oldest_ms),
        contact_at=remembered.contact_at,
        parked=remembered.parked,
        parked_at=remembered.parked_at,
    )


async def _slips(connection: Connection) -> Slips:
    ((waiting, oldest),) = await connection.fetch(_OPEN_SLIPS)
    ((doubtful,),) = await connection.fetch(_DOUBTFUL_SLIPS)
    since = None if oldest is None else datetime.fromisoformat(oldest)
    return Slips(waiting=waiting, oldest=since, doubtful=doubtful)


def _moment(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)
