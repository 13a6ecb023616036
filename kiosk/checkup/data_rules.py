"""What the kiosk's own book says: clock, enrolment, trust list, outbox, packs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from kiosk.checkup.finding import Finding, Level, Part, Value, Why

if TYPE_CHECKING:
    from kiosk.checkup.facts import Inside, Packs, Reach, Times, Trust, Waiting, Who

SUSPECT: Final = timedelta(seconds=120)
"""So far from the server's time, entries say that the clock is suspect."""
DRIFTING: Final = timedelta(seconds=30)
COARSE: Final = timedelta(seconds=2)
"""What the Date of an answer can tell no better."""
SETTLED: Final = timedelta(seconds=1)
KEY_LIFE: Final = timedelta(days=90)
KEY_LATE: Final = timedelta(days=14)
SOON: Final = timedelta(days=5)
"""A trust list that ends in so little time should have been followed by another."""
STUCK: Final = timedelta(minutes=30)
LONG: Final = timedelta(days=1)
EXPIRES_SOON: Final = timedelta(hours=6)
DATED: Final = timedelta(days=2)


def clock(times: Times | None, reach: Reach | None, now: datetime) -> Iterator[Finding]:
    """Is it the time that it says?"""
    latest = times.latest if times else None
    if latest is not None and now < latest - SETTLED:
        yield Finding(Part.CLOCK, "behind", Level.FAULT, {"latest": latest, "now": now})
        return
    skew = _skew(times, reach)
    if skew is None:
        yield Finding(Part.CLOCK, "unchecked", Level.UNKNOWN, {"now": now})
        return
    name, level = "good", Level.OK
    if abs(skew) > SUSPECT:
        name, level = "off", Level.FAULT
    elif abs(skew) > DRIFTING:
        name, level = "drifting", Level.WARNING
    yield Finding(Part.CLOCK, name, level, {"span": abs(skew), "now": now})


def _skew(times: Times | None, reach: Reach | None) -> timedelta | None:
    """How far we are before the server; what the server has proved goes before a Date."""
    if times is not None and times.server is not None:
        return times.now - times.server
    if reach is None or reach.server is None:
        return None
    skew = reach.now - reach.server
    return skew if abs(skew) > COARSE else timedelta(0)


def identity(who: Who, now: datetime) -> Iterator[Finding]:
    """Is this a kiosk of the centre, and are its keys in order?"""
    if who.kiosk is None:
        yield Finding(Part.IDENTITY, "none", Level.WARNING)
        return
    named: dict[str, Value] = {"kiosk": who.kiosk, "centre": who.centre or ""}
    if who.standing in {"fenced", "quarantined"}:
        yield Finding(Part.IDENTITY, who.standing, Level.FAULT, named)
        return
    if who.fault is not None:
        yield Finding(Part.IDENTITY, "key", Level.FAULT, named | {"why": Why(who.fault)})
        return
    age = now - (who.key_since or now)
    named |= {"span": abs(age)}
    if age < -timedelta(days=1):
        yield Finding(Part.IDENTITY, "key_future", Level.WARNING, named)
    elif age > KEY_LIFE + KEY_LATE:
        yield Finding(Part.IDENTITY, "key_old", Level.WARNING, named)
    else:
        yield Finding(Part.IDENTITY, "good", Level.OK, named)


def trust(held: Trust, who: Who, now: datetime) -> Iterator[Finding]:
    """Can the code of a slip be checked here?"""
    if held.fault is not None:
        yield Finding(Part.TRUST, "damaged", Level.FAULT, {"why": Why(held.fault)})
    elif held.expires is None or held.issued_at is None:
        level = Level.NOTE if who.kiosk is None else Level.WARNING
        yield Finding(Part.TRUST, "none", level)
    elif held.expires <= now:
        yield Finding(Part.TRUST, "expired", Level.FAULT, {"expires": held.expires})
    elif held.expires - now < SOON:
        yield Finding(Part.TRUST, "ending", Level.WARNING, {"expires": held.expires})
    else:
        params: dict[str, Value] = {"version": held.version, "expires": held.expires}
        yield Finding(Part.TRUST, "good", Level.OK, params)


def outbox(inside: Inside, now: datetime) -> Iterator[Finding]:
    """Does what happened here reach the server?"""
    box = inside.outbox
    if box.parked is not None:
        since = box.parked_at or now
        params: dict[str, Value] = {"why": Why(box.parked), "since": since}
        yield Finding(Part.OUTBOX, "parked", Level.FAULT, params | {"count": box.waiting})
    elif box.waiting and box.oldest is not None:
        yield _waiting(inside, box, now - box.oldest)
    else:
        yield Finding(Part.OUTBOX, "empty", Level.OK, {"mark": box.mark})


def _waiting(inside: Inside, box: Waiting, age: timedelta) -> Finding:
    params: dict[str, Value] = {"count": box.waiting, "span": age, "mark": box.mark}
    if inside.who.kiosk is None:
        return Finding(Part.OUTBOX, "nobody", Level.NOTE, params)
    linked = inside.live is not None and inside.live.link in {"online", "degraded"}
    if linked and age > STUCK:
        return Finding(Part.OUTBOX, "stuck", Level.FAULT, params)
    if age > LONG:
        return Finding(Part.OUTBOX, "long", Level.WARNING, params)
    return Finding(Part.OUTBOX, "waiting", Level.OK, params)


def packs(held: Packs, who: Who, now: datetime) -> Iterator[Finding]:
    """Can invoices be checked without the server, and by how old data?"""
    if not held.trusted:
        level = Level.NOTE if who.kiosk is None else Level.WARNING
        yield Finding(Part.PACKS, "no_key", level)
    elif held.version is None or held.as_of is None or held.expires is None:
        yield Finding(Part.PACKS, "none", Level.WARNING)
    else:
        yield _dated(held, held.as_of, held.expires, now)
        # One region's age is that of all; of several, each is told.
        for region in held.regions if len(held.regions) > 1 else ():
            about: dict[str, Value] = {"region": region.region, "count": region.files}
            yield Finding(
                Part.PACKS, "region", Level.NOTE, about | {"span": _age(region.as_of, now)}
            )
    if held.bad:
        yield Finding(Part.PACKS, "bad", Level.FAULT, {"count": held.bad})
    if held.fault is not None:
        yield Finding(Part.PACKS, "fault", Level.WARNING, {"why": Why(held.fault)})


def _dated(held: Packs, as_of: datetime, expires: datetime, now: datetime) -> Finding:
    age = _age(as_of, now)
    regions = ", ".join(region.region for region in held.regions)
    params: dict[str, Value] = {"regions": regions, "span": age, "expires": expires}
    if expires <= now:
        return Finding(Part.PACKS, "expired", Level.FAULT, params)
    if age > DATED:
        return Finding(Part.PACKS, "dated", Level.WARNING, params)
    if expires - now < EXPIRES_SOON:
        return Finding(Part.PACKS, "ending", Level.WARNING, params)
    return Finding(Part.PACKS, "good", Level.OK, params)


def _age(moment: datetime, now: datetime) -> timedelta:
    return max(now - moment, timedelta(0))
