"""What must hold: at every moment, and once everything is healed and has had its time."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from helpdesk.registry.store import RegistryStore
from invoices.verdict import Source
from kiosk.db.port import StoreError
from tests.simulation.books import KioskBooks, ServerBooks, header_of, replica
from tests.simulation.clocks import BEGIN
from tests.simulation.kiosk import Kiosk
from tests.simulation.server import Running
from tests.simulation.settings import RING
from tests.simulation.world import INVOICES, World

_ASKED = {"match", "mismatch", "not_found", "unavailable"}
_SHUT_OUT = {"fenced", "quarantined"}
_SURE = {"match", "mismatch", "not_found"}
_KEPT_TOPICS = {("centre", ""), ("rules", "")}


async def always(world: World, kiosk: Kiosk, seen: set[tuple[str, tuple[str, str]]]) -> None:
    """What holds of a kiosk at any moment, in the middle of whatever befalls it."""
    life = kiosk.life
    if life is None:
        return
    try:
        books = await KioskBooks.read(life)
        present = set(await replica(life))
    except StoreError:
        return
    marks = {number: mark for number, _, _, mark in books.journals}
    if any(
        outcome is None and seq <= marks[journal] for journal, seq, *_, outcome, _ in books.entries
    ):
        world.blame(f"divergent: {kiosk.name}'s mark is ahead of the verdicts")
    _paired(world, kiosk, books)
    _clocked(world, kiosk, books)
    for place in _KEPT_TOPICS:
        if place in present:
            seen.add((kiosk.name, place))
        elif (kiosk.name, place) in seen and kiosk.name not in world.old_disks:
            world.blame(f"divergent: {kiosk.name} has lost what it was told of {place[0]}")


def _paired(world: World, kiosk: Kiosk, books: KioskBooks) -> None:
    told_of = {op_id for _, _, op_id, *_ in books.entries}
    rows = {op_id for op_id, *_ in books.checks}
    whole = not any(base for _, _, base, _ in books.journals)
    if whole and rows - told_of:
        world.blame(f"lost: a check of {kiosk.name} has no entry")
    if {op_id for _, _, op_id, kind, *_ in books.entries if kind == "check"} - rows:
        world.blame(f"divergent: an entry of {kiosk.name} has no check")


def _clocked(world: World, kiosk: Kiosk, books: KioskBooks) -> None:
    before: dict[int, tuple[int, int]] = {}
    for journal, seq, _, _, header, *_ in books.entries:
        hlc = header_of(header).hlc
        last_seq, last_hlc = before.get(journal, (0, -1))
        if last_seq and seq != last_seq + 1:
            world.blame(f"lost: {kiosk.name}'s journal has a gap at {seq}")
        if hlc <= last_hlc:
            world.blame(f"divergent: {kiosk.name}'s time went back at {seq}")
        before[journal] = (seq, hlc)


async def finally_(world: World, running: Running) -> None:
    """What holds once all is healed and delivered."""
    books = await ServerBooks.read(running)
    _nothing_lost(world, books)
    _nothing_doubled(world, books, running)
    _answers_agree(world, books)
    for kiosk in world.kiosks.values():
        await _chains_agree(world, kiosk, books)
    _fences_hold(world, books)
    for journal, marks in books.marks.items():
        if max(marks) and books.standing[books.owners[journal]] not in _SHUT_OUT:
            world.blame(f"divergent: nobody was told that {books.owners[journal]} has a double")


def _nothing_lost(world: World, books: ServerBooks) -> None:
    for told in world.told:
        filed = books.by_operation.get(told.op_id, [])
        if not any(entry.readable for entry in filed) and told.op_id not in world.excused:
            world.blame(f"lost: {told.kiosk} act {told.act} {told.record}")
    for op_id, kiosk in world.visits.items():
        filed = books.by_operation.get(op_id, [])
        shut_out = bool(world.fenced_at or world.copies or world.old_disks)
        done = any(entry.outcome == "applied" or shut_out for entry in filed)
        if not done and op_id not in world.excused:
            world.blame(f"lost: {kiosk}'s number {op_id}")
    originals = [told for told in world.told if told.kiosk not in world.copies]
    records = Counter(told.record for told in originals)
    if any(times > 1 for times in records.values()) and not (world.copies or world.old_disks):
        world.blame("doubled: a record number was given out twice")


def _nothing_doubled(world: World, books: ServerBooks, running: Running) -> None:
    if any(times > 1 for times in books.applied().values()):
        world.blame("doubled: an operation was applied twice")
    registry = RegistryStore(running.database, RING)  # type: ignore[arg-type]
    rows = Counter(row[2] for row in books.checks.values())
    for told in world.told:
        if told.number not in INVOICES and rows[registry.identity("", told.number)] > 1:
            world.blame(f"doubled: act {told.act} of {told.kiosk} was counted twice")
    named = [row[3] for row in books.checks.values() if row[2] is not None]
    least = sum(verdict in _ASKED for verdict in named)
    # What the limit refused was counted where it was asked, and not where it was told.
    if not least <= sum(books.counts.values()) <= least + named.count("daily_limit"):
        world.blame("doubled: checks and counts do not agree")


def _answers_agree(world: World, books: ServerBooks) -> None:
    for told in world.told:
        row = books.checks.get(told.op_id)
        if row is None:
            continue
        verdict, state = row[3], row[4]
        if told.source == Source.REGISTRY and (verdict, state) != (told.verdict, told.state):
            world.blame(f"divergent: act {told.act} was told {told.verdict}, filed {verdict}")
        known = INVOICES.get(told.number)
        truth = ("match", known[1].value) if known else ("not_found", None)
        if verdict in _SURE and (verdict, state) != truth:
            world.blame(f"divergent: act {told.act} is filed as {verdict}/{state}")
        if verdict == "daily_limit" != told.verdict and not told.asked:
            world.blame(f"divergent: act {told.act} was told and then limited")


async def _chains_agree(world: World, kiosk: Kiosk, server: ServerBooks) -> None:
    life = kiosk.life
    if life is None:
        world.blame(f"stuck: {kiosk.name} does not start")
        return
    books = await KioskBooks.read(life)
    filed = {(entry.journal, entry.seq, entry.hash): entry for entry in server.entries}
    journals = {number: bytes(id_).hex() for number, id_, *_ in books.journals}
    latest = max(journals, default=0)
    for journal, seq, _, _, _, hash_, outcome, reason in books.entries:
        if outcome is None:
            continue
        entry = filed.get((journals[journal], seq, bytes(hash_)))
        if entry is None and journal == latest:
            world.blame(f"divergent: {kiosk.name}'s entry {seq} is not the server's")
        elif entry is None or world.server.epoch:
            # A restored server may have judged again what it had judged before.
            continue
        elif (entry.outcome, entry.reason) != (outcome, reason):
            world.blame(f"divergent: {kiosk.name} has another verdict on entry {seq}")
    for op_id, _, verdict, state, delivery in books.checks:
        row = server.checks.get(op_id)
        if row is None or delivery != "answered" or (world.server.epoch and verdict not in _SURE):
            continue
        if (verdict, state) != (row[3], row[4]):
            world.blame(f"divergent: {kiosk.name} keeps {verdict}, the server {row[3]}")


def _fences_hold(world: World, books: ServerBooks) -> None:
    for prefix, at in world.fenced_at.items():
        since = (BEGIN + timedelta(seconds=at)).timestamp() * 1000
        for entry in books.entries:
            if entry.kiosk == prefix and entry.received_ms > since and entry.outcome == "applied":
                world.blame(f"divergent: {prefix} was fenced and its entry {entry.seq} applied")
