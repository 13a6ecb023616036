"""What the machine itself shows: process, configuration, files, database, disk."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from kiosk.checkup.finding import Finding, Level, Part, Size

if TYPE_CHECKING:
    from kiosk.checkup.facts import Looked, Machine, PathFacts, Room
    from kiosk.checkup.finding import Value
    from kiosk.config_file import Problem

OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
MIB: Final = 1 << 20
FULL: Final = 64 * MIB
"""Free bytes below which a check may not be saved any more."""
LOW: Final = 512 * MIB
FEW_FILES: Final = 1000

FIXED_IN: Final = (3, 51, 3)
"""Before it, two connections that write at once can damage a database. A kiosk has one."""
WITHDRAWN: Final = frozenset({(3, 52, 0)})
"""Taken back by SQLite's authors."""


def process(looked: Looked) -> Iterator[Finding]:
    """Does it run, and who has the folder?"""
    owner, inside = looked.owner, looked.inside
    if inside is not None and inside.live is not None:
        yield Finding(
            Part.PROCESS,
            "running",
            Level.OK,
            {
                "pid": inside.live.pid,
                "version": inside.version,
                "span": inside.times.now - inside.live.started_at,
            },
        )
    elif owner is None:
        yield Finding(Part.PROCESS, "unknown", Level.UNKNOWN)
    elif owner.fault == "control.forbidden":
        yield Finding(Part.PROCESS, "foreign", Level.UNKNOWN)
    elif owner.fault == "control.unknown":
        yield Finding(Part.PROCESS, "older", Level.WARNING, {"pid": owner.pid or 0})
    elif owner.pid is not None and owner.closed is not None:
        told: dict[str, Value] = {"pid": owner.pid, "code": owner.closed}
        yield Finding(Part.PROCESS, "closed", Level.FAULT, told)
    elif owner.pid is not None:
        yield Finding(Part.PROCESS, "silent", Level.FAULT, {"pid": owner.pid})
    else:
        yield Finding(Part.PROCESS, "stopped", Level.WARNING)


def config(problems: Sequence[Problem]) -> Iterator[Finding]:
    """Every problem of the file; the codes and sentences are those of any command."""
    for problem in problems:
        name = problem.code.removeprefix(f"{Part.CONFIG}.")
        yield Finding(Part.CONFIG, name, Level.FAULT, dict(problem.params))
    if not problems:
        yield Finding(Part.CONFIG, "good", Level.OK)


def files(machine: Machine) -> Iterator[Finding]:
    """Is everything there, the kiosk's own, and closed to others?"""
    if machine.folder is None:
        yield Finding(Part.FILES, "none", Level.NOTE)
        return
    found = [*_folder(machine.folder), *_missing(machine)]
    for facts in machine.paths:
        found += _file(facts)
    found += _owners(machine.paths, machine.folder)
    count = len(machine.paths)
    yield from found or [Finding(Part.FILES, "good", Level.OK, {"count": count})]


def _folder(folder: PathFacts) -> Iterator[Finding]:
    if folder.mode & OTHERS:
        yield _about(folder, "folder_open", Level.WARNING)
    if not folder.readable:
        yield _about(folder, "foreign", Level.UNKNOWN)


def _missing(machine: Machine) -> Iterator[Finding]:
    if machine.key_missing and machine.folder:
        yield _about(machine.folder, "key_missing", Level.FAULT)
    if machine.access_missing:
        path = str(machine.access_missing)
        yield Finding(Part.FILES, "access_missing", Level.WARNING, {"file": path})


def _file(facts: PathFacts) -> Iterator[Finding]:
    if facts.mode & OTHERS:
        yield _about(facts, "exposed" if facts.secret else "open", Level.FAULT)


def _owners(paths: Sequence[PathFacts], folder: PathFacts) -> Iterator[Finding]:
    """One line for all: a command run as root left files that the kiosk's account cannot open."""
    inside = [facts for facts in paths if facts.path.is_relative_to(folder.path)]
    if foreign := [facts for facts in inside if facts.owner != folder.owner]:
        yield _about(folder, "owner", Level.FAULT, owner=folder.owner, count=len(foreign))


def _about(facts: PathFacts, name: str, level: Level, **more: int) -> Finding:
    return Finding(Part.FILES, name, level, {"file": str(facts.path), **more})


def database(looked: Looked) -> Iterator[Finding]:
    """Does it open, and by which SQLite?"""
    if looked.fault is not None:
        level = Level.UNKNOWN if looked.fault in CANNOT_LOOK else Level.FAULT
        yield Finding(Part.DATABASE, looked.fault.replace(".", "_"), level)
    if looked.inside is not None:
        yield sqlite(looked.inside.sqlite)
    elif looked.fault is None:
        yield Finding(Part.DATABASE, "none", Level.NOTE)


CANNOT_LOOK: Final = frozenset({"store.unsettled", "store.older", "store.forbidden", "store.kept"})
"""Faults of the look, not of the database: it needs its kiosk, or its owner."""


def sqlite(version: str) -> Finding:
    """What is known of a version of SQLite."""
    numbers = tuple(int(part) for part in version.split(".") if part.isdecimal())
    params = {"version": version}
    if numbers in WITHDRAWN:
        return Finding(Part.DATABASE, "withdrawn", Level.WARNING, params)
    if numbers < FIXED_IN:
        return Finding(Part.DATABASE, "one_writer", Level.NOTE, params)
    return Finding(Part.DATABASE, "good", Level.OK, params)


def disk(room: Room | None) -> Iterator[Finding]:
    """Is there room to save what visitors are told?"""
    if room is None:
        yield Finding(Part.DISK, "unknown", Level.UNKNOWN)
        return
    params = {"free": Size(room.free), "total": Size(room.total)}
    if room.read_only:
        yield Finding(Part.DISK, "read_only", Level.FAULT)
    elif room.free < FULL:
        yield Finding(Part.DISK, "full", Level.FAULT, params)
    elif room.files_total and room.files_free < FEW_FILES:
        yield Finding(Part.DISK, "files", Level.FAULT, {"count": room.files_free})
    elif room.free < LOW:
        yield Finding(Part.DISK, "low", Level.WARNING, params)
    else:
        yield Finding(Part.DISK, "good", Level.OK, params)
