"""What is around the kiosk: server, printer, scanner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from kiosk.checkup.finding import Finding, Level, Part, Value, Why

if TYPE_CHECKING:
    from kiosk.checkup.facts import Inside, Live, Outlook, Slips
    from kiosk.config import Config, PrinterSection, ScannerSection

LONG_WAIT: Final = timedelta(minutes=5)
_WRONG: Final = {
    "server.certificate": "certificate",
    "server.nonsense": "other",
    "server.size": "other",
}
"""Somebody answers there, but not as our server does."""
_UNPROVED: Final = frozenset({"server.unsigned", *_WRONG})
_THERE: Final = frozenset({"online", "degraded", "fenced"})
"""States of the kiosk's own link in which it has found the server."""
_PRINTER: Final = {
    "ready": Level.OK,
    "near_end": Level.WARNING,
    "paper_out": Level.FAULT,
    "cover_open": Level.FAULT,
    "offline": Level.FAULT,
    "error": Level.FAULT,
    "unknown": Level.UNKNOWN,
}


def server(config: Config, inside: Inside | None, outlook: Outlook, now: datetime) -> list[Finding]:
    """Is it there, does it take what is sent, and does nobody else hear it?"""
    found = [*_reach(config.kiosk.server, inside, outlook), *_link(inside, outlook, now)]
    if _in_the_clear(config.kiosk.server):
        url = {"server": config.kiosk.server}
        found.append(Finding(Part.SERVER, "in_the_clear", Level.WARNING, url))
    return found or [Finding(Part.SERVER, "unasked", Level.UNKNOWN)]


def _reach(url: str, inside: Inside | None, outlook: Outlook) -> Iterator[Finding]:
    """What answers there, as anybody could ask; a kiosk that doubts it knows better."""
    reach, live = outlook.reach, inside.live if inside else None
    if reach is None or (reach.fault is None and live and live.link not in _THERE):
        return
    named: dict[str, Value] = {"server": url}
    if reach.fault is None:
        yield Finding(Part.SERVER, "answers", Level.OK, named)
    elif reach.fault in _WRONG:
        yield Finding(Part.SERVER, _WRONG[reach.fault], Level.FAULT, named)
    else:
        yield Finding(Part.SERVER, "absent", Level.FAULT, named | {"code": reach.fault})


def _link(inside: Inside | None, outlook: Outlook, now: datetime) -> Iterator[Finding]:
    live = inside.live if inside else None
    if live is None:
        return
    params: dict[str, Value] = {"span": now - live.since} if live.since else {}
    if live.link == "online":
        # What was found just now is newer than what the kiosk last heard.
        if outlook.reach is None or outlook.reach.fault is None:
            yield Finding(Part.SERVER, "online", Level.OK, params)
    elif live.link == "offline":
        name = "unproved" if live.failure in _UNPROVED else "offline"
        params["why"] = Why(live.failure or "server.refused")
        yield Finding(Part.SERVER, name, Level.FAULT, params)
    elif live.link == "degraded":
        yield _degraded(live)
    elif live.link == "unknown":
        yield Finding(Part.SERVER, "unknown", Level.UNKNOWN)


def _degraded(live: Live) -> Finding:
    if live.worry is None:
        return Finding(Part.SERVER, "unsteady", Level.WARNING)
    return Finding(Part.SERVER, "not_taken", Level.FAULT, {"why": Why(live.worry)})


def _in_the_clear(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" or host == "localhost":
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return True


def printer(section: PrinterSection, inside: Inside | None, outlook: Outlook) -> list[Finding]:
    """Can a slip be printed? A device that says nothing is unknown, not fine."""
    if section.kind == "none":
        return [Finding(Part.PRINTER, "none", Level.NOTE)]
    found = []
    state = inside.live.printer if inside and inside.live else outlook.printer
    if state is None:
        found.append(Finding(Part.PRINTER, "unasked", Level.NOTE))
    elif state == "unknown" and (not section.status or section.kind == "file"):
        found.append(Finding(Part.PRINTER, "mute", Level.NOTE))
    else:
        found.append(_state(section, state))
    if inside is not None:
        found += _slips(inside.slips, inside.times.now)
    if not outlook.fonts and (section.text == "raster" or section.font):
        found.append(Finding(Part.PRINTER, "no_font", Level.FAULT))
    return found


def _state(section: PrinterSection, state: str) -> Finding:
    level = _PRINTER.get(state, Level.UNKNOWN)
    name = state if state in _PRINTER else "unknown"
    return Finding(Part.PRINTER, name, level, {"address": section.address})


def _slips(slips: Slips, now: datetime) -> Iterator[Finding]:
    if slips.waiting and slips.oldest is not None:
        age = now - slips.oldest
        level = Level.WARNING if age > LONG_WAIT else Level.NOTE
        params: dict[str, Value] = {"count": slips.waiting, "span": age}
        yield Finding(Part.PRINTER, "waiting", level, params)
    if slips.doubtful:
        yield Finding(Part.PRINTER, "doubtful", Level.NOTE, {"count": slips.doubtful})


def scanner(section: ScannerSection, inside: Inside | None, outlook: Outlook) -> list[Finding]:
    """Do scans come in? One that types like a keyboard shows itself by its first scan."""
    if section.serial:
        return [_serial(section, inside, outlook)]
    if not section.keyboard:
        return [Finding(Part.SCANNER, "none", Level.WARNING)]
    heard = inside is not None and inside.live is not None and inside.live.scanner == "ready"
    return [Finding(Part.SCANNER, "heard" if heard else "keyboard", Level.OK)]


def _serial(section: ScannerSection, inside: Inside | None, outlook: Outlook) -> Finding:
    device: dict[str, Value] = {"device": section.serial}
    if outlook.device in {"absent", "forbidden"}:
        return Finding(Part.SCANNER, outlook.device, Level.FAULT, device)
    if inside is not None and inside.live is not None:
        ready = inside.live.scanner == "ready"
        return Finding(
            Part.SCANNER, "ready" if ready else "lost", Level.OK if ready else Level.FAULT, device
        )
    if outlook.device == "present":
        return Finding(Part.SCANNER, "present", Level.OK, device)
    return Finding(Part.SCANNER, "unasked", Level.UNKNOWN, device)
