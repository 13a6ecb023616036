"""All rules over everything that was gathered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.checkup import data_rules, machine_rules, outside_rules
from kiosk.checkup.finding import Finding, Level, Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kiosk.checkup.facts import Looked
    from kiosk.config import Config
    from kiosk.config_file import Problem

_OF_THE_BOOK = (Part.IDENTITY, Part.TRUST, Part.OUTBOX, Part.PACKS)


def judge_config(problems: Sequence[Problem]) -> tuple[Finding, ...]:
    """A configuration that cannot be used: without it nothing else can be looked at."""
    return tuple(machine_rules.config(problems))


def judge(config: Config, looked: Looked) -> tuple[Finding, ...]:
    """What was found, part by part, at least one finding each."""
    order = list(Part)
    found = [*_machine(looked), *_book(looked), *_outside(config, looked)]
    return tuple(sorted(found, key=lambda each: order.index(each.part)))


def _machine(looked: Looked) -> Iterator[Finding]:
    yield from machine_rules.process(looked)
    yield from machine_rules.config(())
    yield from machine_rules.database(looked)
    if looked.machine is None:
        yield Finding(Part.FILES, "unknown", Level.UNKNOWN)
        yield Finding(Part.DISK, "unknown", Level.UNKNOWN)
    else:
        yield from machine_rules.files(looked.machine)
        yield from machine_rules.disk(looked.machine.room)


def _book(looked: Looked) -> Iterator[Finding]:
    inside, now = looked.inside, looked.at
    times = inside.times if inside else None
    yield from data_rules.clock(times, looked.outlook.reach, now)
    if inside is None:
        # A kiosk that never ran has no book: that is told once, by files and database.
        level = Level.NOTE if _new(looked) else Level.UNKNOWN
        yield from (Finding(part, "unread", level) for part in _OF_THE_BOOK)
        return
    yield from data_rules.identity(inside.who, now)
    yield from data_rules.trust(inside.trust, inside.who, now)
    yield from data_rules.outbox(inside, now)
    yield from data_rules.packs(inside.packs, inside.who, now)


def _new(looked: Looked) -> bool:
    return looked.fault is None and looked.owner is not None and looked.owner.pid is None


def _outside(config: Config, looked: Looked) -> Iterator[Finding]:
    inside, outlook = looked.inside, looked.outlook
    yield from outside_rules.server(config, inside, outlook, looked.at)
    yield from outside_rules.printer(config.printer, inside, outlook)
    yield from outside_rules.scanner(config.scanner, inside, outlook)
