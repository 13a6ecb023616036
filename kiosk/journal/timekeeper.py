"""The times an entry is stamped with, and what contact with the server teaches about them.

The hybrid clock never runs backwards and outlives the process. The wall clock is believed as
long as it does not go back behind what was kept already, nor differ from the server's time by
more than two minutes; else the entry says that it is suspect.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from helpdesk.wire.clock_anchor import ClockAnchor, suspect
from helpdesk.wire.hlc import Hlc
from kiosk.policy import Policy

if TYPE_CHECKING:
    from kiosk.clock import Clock
    from kiosk.db.port import Connection, Row, Transaction
    from kiosk.journal.boot import Boot

_CLOCK = "SELECT hlc, latest_ms, boot_id, mono_ms, server_ms FROM journal_clock"
_TICK = """
    INSERT INTO journal_clock (id, hlc, latest_ms) VALUES (1, ?, ?)
    ON CONFLICT (id) DO UPDATE SET hlc = excluded.hlc, latest_ms = excluded.latest_ms
"""
_HEAR = """
    INSERT INTO journal_clock (id, hlc, latest_ms, boot_id, mono_ms, server_ms)
    VALUES (1, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET hlc = excluded.hlc, latest_ms = excluded.latest_ms,
        boot_id = excluded.boot_id, mono_ms = excluded.mono_ms, server_ms = excluded.server_ms
"""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LIMIT_MS = (1 << 47) - 1
"""The last millisecond that the journal's form can hold."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """The times of one entry, as `helpdesk.wire.journal_form.Header` has them."""

    hlc: Hlc
    boot_id: bytes
    mono_ms: int
    at_ms: int
    suspect: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """The clock row: the last hybrid time, the latest wall time kept, the last anchor."""

    hlc: Hlc
    latest_ms: int
    anchor: ClockAnchor | None


class Timekeeper:
    """Stamps entries inside their transaction, and learns from the server's time."""

    def __init__(self, clock: Clock, boot: Boot, policy: Policy | None = None) -> None:
        self._clock = clock
        self._boot = boot
        self._policy = policy or Policy()
        self.wrong = False
        """Whether the wall clock was wrong at the last contact: then nobody goes by its day."""
        self.server_at: datetime | None = None
        """The server's time at the last contact, of this process or an earlier one; UTC."""

    @property
    def boot_id(self) -> bytes:
        """The present boot."""
        return self._boot.boot_id

    def mono_ms(self) -> int:
        """The monotonic clock of the present boot, milliseconds."""
        return max(0, int(self._clock.monotonic() * 1000))

    async def open(self, connection: Connection) -> None:
        """Read what earlier processes have kept. Raises `StoreError`."""
        rows = await connection.fetch(_CLOCK)
        known = _read(rows[0]) if rows else None
        self.server_at = known.anchor.server_at if known and known.anchor else None

    async def stamp(self, tx: Transaction) -> Stamp:
        """The times of an entry that is being written now."""
        known = await self._known(tx)
        wall_ms = _milliseconds(self._clock.now())
        mono_ms = self.mono_ms()
        server = known.anchor.occurred_at(self.boot_id, mono_ms) if known.anchor else None
        doubtful = suspect(_moment(wall_ms), _moment(known.latest_ms), server)
        before = known.hlc if self._policy.clock_never_back else Hlc(0)
        hlc = before.tick(wall_ms if server is None else _milliseconds(server))
        latest_ms = known.latest_ms if doubtful else wall_ms
        await tx.execute(_TICK, hlc.packed, latest_ms)
        return Stamp(hlc, self.boot_id, mono_ms, wall_ms, doubtful)

    async def tick(self, tx: Transaction, at: datetime) -> Hlc:
        """The hybrid time of something that happened at `at`, before there was a journal."""
        known = await self._known(tx)
        hlc = known.hlc.tick(_milliseconds(at))
        await tx.execute(_TICK, hlc.packed, known.latest_ms)
        return hlc

    async def hear(self, tx: Transaction, server_at: datetime) -> None:
        """The server's time, proved, at this very moment."""
        known = await self._known(tx)
        server_ms, wall_ms = _milliseconds(server_at), _milliseconds(self._clock.now())
        received = known.hlc.receive(Hlc(server_ms), wall_ms, server_ms)
        # A wall clock that is nearly right may be a little behind: that is not going backwards.
        self.wrong = suspect(_moment(wall_ms), None, server_at)
        latest_ms = server_ms if self.wrong else wall_ms
        anchor = (self.boot_id, self.mono_ms(), server_ms)
        await tx.execute(_HEAR, received.hlc.packed, latest_ms, *anchor)
        self.server_at = server_at

    async def _known(self, tx: Transaction) -> _Known:
        rows = await tx.fetch(_CLOCK)
        return _read(rows[0]) if rows else _Known(Hlc(0), 0, None)


def _read(row: Row) -> _Known:
    hlc, latest_ms, boot_id, mono_ms, server_ms = row
    anchor = None if boot_id is None else ClockAnchor(boot_id, mono_ms, _moment(server_ms))
    return _Known(Hlc.unpack(hlc), latest_ms, anchor)


def _milliseconds(moment: datetime) -> int:
    return min(max(0, (moment - _EPOCH) // timedelta(milliseconds=1)), _LIMIT_MS)


def _moment(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)
