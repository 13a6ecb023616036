"""A kiosk that does not run, in the form in which a running one answers `status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kiosk.link import Link
from kiosk.sync.report import SyncReport

if TYPE_CHECKING:
    from kiosk.checkup.facts import Inside


def resting_form(inside: Inside | None) -> dict[str, Any]:
    """The form; zeros where there is no book yet."""
    if inside is None:
        return {"running": False, "today": 0, "kept": 0, "sync": _report(None).form()}
    running = inside.live is not None
    form: dict[str, Any] = {"running": running}
    if inside.live is not None:
        since = inside.live.since
        form |= {
            "pid": inside.live.pid,
            "link": inside.live.link,
            "since": since and since.isoformat(),
            "printer": inside.live.printer,
            "scanner": inside.live.scanner,
        }
    return form | {"today": inside.today, "kept": inside.kept, "sync": _report(inside).form()}


def _report(inside: Inside | None) -> SyncReport:
    box, who = (inside.outbox, inside.who) if inside else (None, None)
    return SyncReport(
        kiosk=who.kiosk if who else None,
        standing=who.standing if who else None,
        connection=Link(inside.live.link) if inside and inside.live else Link.UNKNOWN,
        since=inside.live.since if inside and inside.live else None,
        waiting=box.waiting if box else 0,
        oldest=box.oldest if box else None,
        head=box.head if box else 0,
        mark=box.mark if box else 0,
        contact_at=box.contact_at if box else None,
        parked=box.parked if box else None,
        parked_at=box.parked_at if box else None,
        failure=None,
        key_since=who.key_since if who else None,
    )
