"""Everything a check-up can meet: what was gathered, and the one finding that must come of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kiosk.checkup.facts import (
    Inside,
    Live,
    Looked,
    Machine,
    Outlook,
    Owner,
    Packs,
    PathFacts,
    Reach,
    Region,
    Room,
    Slips,
    Times,
    Trust,
    Waiting,
    Who,
)
from kiosk.checkup.finding import Level
from kiosk.config import (
    CentreSection,
    Config,
    KioskSection,
    PacksSection,
    PrinterSection,
    ScannerSection,
)

NOW = datetime(2026, 11, 24, 2, 25, 7, tzinfo=UTC)
DATA = Path("/data")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

GOOD_PRINTER = PrinterSection(kind="tcp", address="127.0.0.1:9100")
CONFIG = Config(
    folder=Path("/etc/yanpiao"),
    centre=CentreSection(),
    kiosk=KioskSection(data="/data", server="https://server.example"),
    scanner=ScannerSection(),
    printer=GOOD_PRINTER,
    packs=PacksSection(),
)
ROOM = Room(free=1 << 34, total=1 << 36, files_free=10**6, files_total=10**6, read_only=False)
KEY = PathFacts(DATA / "kiosk.key", 0o600, 1000, readable=True, secret=True)
BOOK = PathFacts(DATA / "kiosk.db", 0o600, 1000, readable=True, secret=False)
FOLDER = PathFacts(DATA, 0o700, 1000, readable=True, secret=False)
MACHINE = Machine(FOLDER, (BOOK, KEY), ROOM, key_missing=False, access_missing=None, account=1000)
LIVE = Live(pid=7, started_at=NOW - HOUR, link="online", since=NOW - HOUR, printer="ready")
INSIDE = Inside(
    version="1.2.3",
    sqlite="3.51.3",
    times=Times(now=NOW, latest=NOW - HOUR, server=NOW),
    who=Who(kiosk="A03", centre="C01", standing="active", key_since=NOW - DAY),
    trust=Trust(version=3, issued_at=NOW - DAY, expires=NOW + 20 * DAY),
    outbox=Waiting(head=9, mark=9),
    packs=Packs(
        trusted=True,
        version=4,
        as_of=NOW - HOUR,
        expires=NOW + DAY,
        regions=(Region(region="all", files=3, as_of=NOW - HOUR),),
    ),
    live=LIVE,
)
WELL = Looked(
    at=NOW,
    machine=MACHINE,
    owner=Owner(7, answers=True),
    inside=INSIDE,
    outlook=Outlook(reach=Reach(None, NOW, NOW)),
)
STOPPED = replace(
    WELL, owner=Owner(None, answers=False), inside=INSIDE.model_copy(update={"live": None})
)
SERIAL = replace(CONFIG, scanner=ScannerSection(serial="/dev/ttyACM0"))


@dataclass(frozen=True)
class Scene:
    """What was gathered must be told as `code`, at this level."""

    code: str
    level: Level
    looked: Looked = WELL
    config: Config = CONFIG


def inside(**changes: Any) -> Looked:
    return replace(WELL, inside=INSIDE.model_copy(update=changes))


def live(**changes: Any) -> Looked:
    return inside(live=LIVE.model_copy(update=changes))


def machine(**changes: Any) -> Looked:
    return replace(WELL, machine=replace(MACHINE, **changes))


def room(**changes: Any) -> Looked:
    return machine(room=replace(ROOM, **changes))


def path(facts: PathFacts) -> Looked:
    return machine(paths=(facts,))


def unread(code: str) -> Looked:
    return replace(STOPPED, inside=None, fault=code)


def outlook(**changes: Any) -> Looked:
    return replace(STOPPED, outlook=replace(STOPPED.outlook, **changes))


def packs(**changes: Any) -> Looked:
    return inside(packs=INSIDE.packs.model_copy(update=changes))


def outbox(age: timedelta = timedelta(minutes=2), **changes: Any) -> Waiting:
    return Waiting(head=9, mark=5, waiting=4, oldest=NOW - age, **changes)


def _owned(fault: str, pid: int | None = 7, closed: str | None = None) -> Looked:
    owner = Owner(pid, answers=False, fault=fault, closed=closed)
    return replace(WELL, inside=None, owner=owner, fault="store.kept")


def _machine() -> Iterator[Scene]:
    ok, note, warning = Level.OK, Level.NOTE, Level.WARNING
    fault, unknown = Level.FAULT, Level.UNKNOWN
    yield Scene("process.running", ok)
    yield Scene("process.stopped", warning, STOPPED)
    yield Scene("process.silent", fault, _owned("control.absent"))
    yield Scene("process.silent", fault, _owned("control.silent"))
    yield Scene("process.closed", fault, _owned("control.absent", closed="store.newer"))
    yield Scene("process.older", warning, _owned("control.unknown"))
    yield Scene("process.foreign", unknown, _owned("control.forbidden", None))
    yield Scene("process.unknown", unknown, replace(STOPPED, inside=None, owner=None))
    yield Scene("config.good", ok)
    yield Scene("files.good", ok)
    yield Scene("files.none", note, machine(folder=None, paths=()))
    yield Scene("files.folder_open", warning, machine(folder=replace(FOLDER, mode=0o750)))
    yield Scene("files.foreign", unknown, machine(folder=replace(FOLDER, readable=False)))
    yield Scene("files.key_missing", fault, machine(key_missing=True))
    yield Scene("files.access_missing", warning, machine(access_missing=Path("/keys/access")))
    yield Scene("files.exposed", fault, path(replace(KEY, mode=0o640)))
    yield Scene("files.open", fault, path(replace(BOOK, mode=0o644)))
    yield Scene("files.owner", fault, path(replace(BOOK, owner=0)))
    yield Scene("files.unknown", unknown, replace(WELL, machine=None))
    yield Scene("disk.good", ok)
    yield Scene("disk.low", warning, room(free=100 << 20))
    yield Scene("disk.full", fault, room(free=10 << 20))
    yield Scene("disk.files", fault, room(files_free=10))
    yield Scene("disk.read_only", fault, room(read_only=True))
    yield Scene("disk.unknown", unknown, machine(room=None))


def _database() -> Iterator[Scene]:
    ok, note, warning = Level.OK, Level.NOTE, Level.WARNING
    yield Scene("database.good", ok)
    yield Scene("database.one_writer", note, inside(sqlite="3.40.1"))
    yield Scene("database.withdrawn", warning, inside(sqlite="3.52.0"))
    yield Scene("database.none", note, replace(STOPPED, inside=None))
    for code in ("store.unsettled", "store.older", "store.forbidden", "store.kept"):
        yield Scene(f"database.{code.replace('.', '_')}", Level.UNKNOWN, unread(code))
    damaged = ("store.newer", "store.unreadable", "store.unusable", "seal.broken")
    keys = ("missing", "exposed", "form", "owner", "link", "folder")
    for code in (*damaged, *(f"key.{each}" for each in keys)):
        yield Scene(f"database.{code.replace('.', '_')}", Level.FAULT, unread(code))
    for part in ("identity", "trust", "outbox", "packs"):
        yield Scene(f"{part}.unread", Level.UNKNOWN, unread("store.unreadable"))
        yield Scene(f"{part}.unread", note, replace(STOPPED, inside=None))


def _clock() -> Iterator[Scene]:
    def times(**changes: Any) -> Looked:
        return inside(times=INSIDE.times.model_copy(update=changes))

    yield Scene("clock.good", Level.OK)
    yield Scene("clock.drifting", Level.WARNING, times(server=NOW - timedelta(seconds=31)))
    yield Scene("clock.off", Level.FAULT, times(server=NOW + timedelta(seconds=121)))
    yield Scene("clock.behind", Level.FAULT, times(latest=NOW + HOUR))
    dated = replace(times(server=None), outlook=Outlook(reach=Reach(None, NOW, NOW + HOUR)))
    yield Scene("clock.off", Level.FAULT, dated)
    near = Outlook(reach=Reach(None, NOW, NOW - timedelta(seconds=1.5)))
    yield Scene("clock.good", Level.OK, replace(times(server=None), outlook=near))
    yield Scene("clock.unchecked", Level.UNKNOWN, replace(times(server=None), outlook=Outlook()))


def _who() -> Iterator[Scene]:
    def who(**changes: Any) -> Looked:
        return inside(who=INSIDE.who.model_copy(update=changes))

    warning, fault = Level.WARNING, Level.FAULT
    yield Scene("identity.good", Level.OK)
    yield Scene("identity.none", warning, inside(who=Who()))
    yield Scene("identity.fenced", fault, who(standing="fenced"))
    yield Scene("identity.quarantined", fault, who(standing="quarantined"))
    yield Scene("identity.key", fault, who(fault="key.exposed"))
    yield Scene("identity.key_old", warning, who(key_since=NOW - 105 * DAY))
    yield Scene("identity.good", Level.OK, who(key_since=NOW - 103 * DAY))
    yield Scene("identity.key_future", warning, who(key_since=NOW + 2 * DAY))


def _trust() -> Iterator[Scene]:
    def trust(**changes: Any) -> Looked:
        return inside(trust=INSIDE.trust.model_copy(update=changes))

    yield Scene("trust.good", Level.OK)
    yield Scene("trust.none", Level.WARNING, inside(trust=Trust()))
    yield Scene("trust.none", Level.NOTE, inside(trust=Trust(), who=Who()))
    yield Scene("trust.damaged", Level.FAULT, inside(trust=Trust(fault="trust.store")))
    yield Scene("trust.ending", Level.WARNING, trust(expires=NOW + DAY))
    yield Scene("trust.expired", Level.FAULT, trust(expires=NOW))


def _outbox() -> Iterator[Scene]:
    offline = LIVE.model_copy(update={"link": "offline"})
    parked = outbox(parked="journal.fork", parked_at=NOW - HOUR)
    yield Scene("outbox.empty", Level.OK)
    yield Scene("outbox.waiting", Level.OK, inside(outbox=outbox()))
    yield Scene("outbox.nobody", Level.NOTE, inside(outbox=outbox(9 * DAY), who=Who()))
    yield Scene("outbox.stuck", Level.FAULT, inside(outbox=outbox(HOUR)))
    yield Scene("outbox.waiting", Level.OK, inside(outbox=outbox(HOUR), live=offline))
    yield Scene("outbox.long", Level.WARNING, inside(outbox=outbox(2 * DAY), live=offline))
    yield Scene("outbox.parked", Level.FAULT, inside(outbox=parked))


def _packs() -> Iterator[Scene]:
    two = tuple(Region(region=name, files=1, as_of=NOW) for name in ("bj", "tj"))
    none = Packs(trusted=True)
    yield Scene("packs.good", Level.OK)
    yield Scene("packs.region", Level.NOTE, packs(regions=two))
    yield Scene("packs.no_key", Level.WARNING, inside(packs=Packs()))
    yield Scene("packs.no_key", Level.NOTE, inside(packs=Packs(), who=Who()))
    yield Scene("packs.none", Level.WARNING, inside(packs=none))
    yield Scene("packs.dated", Level.WARNING, packs(as_of=NOW - 3 * DAY))
    yield Scene("packs.ending", Level.WARNING, packs(expires=NOW + HOUR))
    yield Scene("packs.expired", Level.FAULT, packs(expires=NOW))
    yield Scene("packs.bad", Level.FAULT, packs(bad=1))
    yield Scene("packs.fault", Level.WARNING, packs(fault="pack.full"))


def _server() -> Iterator[Scene]:
    def reached(fault: str | None) -> Looked:
        return outlook(reach=Reach(fault, NOW))

    clear = replace(CONFIG, kiosk=KioskSection(data="/data", server="http://10.0.0.5:8080"))
    yield Scene("server.answers", Level.OK, reached(None))
    yield Scene("server.absent", Level.FAULT, reached("server.timeout"))
    yield Scene("server.certificate", Level.FAULT, reached("server.certificate"))
    yield Scene("server.other", Level.FAULT, reached("server.nonsense"))
    yield Scene("server.unasked", Level.UNKNOWN, outlook(reach=None))
    yield Scene("server.online", Level.OK)
    yield Scene("server.offline", Level.FAULT, live(link="offline", failure="server.refused"))
    yield Scene("server.unproved", Level.FAULT, live(link="offline", failure="server.unsigned"))
    yield Scene("server.unsteady", Level.WARNING, live(link="degraded"))
    yield Scene("server.not_taken", Level.FAULT, live(link="degraded", worry="journal.kind"))
    yield Scene("server.unknown", Level.UNKNOWN, live(link="unknown", since=None))
    yield Scene("server.in_the_clear", Level.WARNING, WELL, clear)


def _printer() -> Iterator[Scene]:
    none = replace(CONFIG, printer=PrinterSection())
    mute = replace(CONFIG, printer=replace(GOOD_PRINTER, status=False))
    drawn = replace(CONFIG, printer=replace(GOOD_PRINTER, text="raster"))
    old = Slips(waiting=2, oldest=NOW - HOUR)
    yield Scene("printer.none", Level.NOTE, WELL, none)
    yield Scene("printer.unasked", Level.NOTE, STOPPED)
    yield Scene("printer.mute", Level.NOTE, live(printer="unknown"), mute)
    yield Scene("printer.ready", Level.OK)
    yield Scene("printer.ready", Level.OK, outlook(printer="ready"))
    yield Scene("printer.near_end", Level.WARNING, live(printer="near_end"))
    for state in ("paper_out", "cover_open", "offline", "error"):
        yield Scene(f"printer.{state}", Level.FAULT, live(printer=state))
    yield Scene("printer.unknown", Level.UNKNOWN, live(printer="unknown"))
    yield Scene("printer.unknown", Level.UNKNOWN, live(printer="what a later version says"))
    yield Scene("printer.waiting", Level.WARNING, inside(slips=old))
    yield Scene("printer.waiting", Level.NOTE, inside(slips=Slips(waiting=1, oldest=NOW)))
    yield Scene("printer.doubtful", Level.NOTE, inside(slips=Slips(doubtful=1)))
    yield Scene("printer.no_font", Level.FAULT, outlook(fonts=False), drawn)
    own = replace(CONFIG, printer=replace(GOOD_PRINTER, font="own.otf"))
    yield Scene("printer.no_font", Level.FAULT, outlook(fonts=False), own)


def _scanner() -> Iterator[Scene]:
    none = replace(CONFIG, scanner=ScannerSection(keyboard=False))
    yield Scene("scanner.none", Level.WARNING, WELL, none)
    yield Scene("scanner.keyboard", Level.OK)
    yield Scene("scanner.heard", Level.OK, live(scanner="ready"))
    yield Scene("scanner.ready", Level.OK, live(scanner="ready"), SERIAL)
    yield Scene("scanner.lost", Level.FAULT, live(scanner="lost"), SERIAL)
    yield Scene("scanner.present", Level.OK, outlook(device="present"), SERIAL)
    yield Scene("scanner.absent", Level.FAULT, outlook(device="absent"), SERIAL)
    yield Scene("scanner.forbidden", Level.FAULT, outlook(device="forbidden"), SERIAL)
    yield Scene("scanner.unasked", Level.UNKNOWN, STOPPED, SERIAL)


SCENES = (
    *(*_machine(), *_database(), *_clock(), *_who(), *_trust()),
    *(*_outbox(), *_packs(), *_server(), *_printer(), *_scanner()),
)
