"""What the control socket and the command line can ask about server, journal and enrolment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpdesk.wire.faults import Fault
from kiosk.identity.enrolment import EnrolmentError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from kiosk.bootstrap.core import Core


@dataclass(frozen=True, slots=True)
class SyncCommands:
    """Each answers with one JSON object or raises `KioskError`."""

    core: Core

    @property
    def table(self) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]]:
        """The commands by the names callers use."""
        return {
            "enrol": self.enrol,
            "sync.now": self.now,
            "sync.status": self.status,
            "sync.explain": self.explain,
            "journal.export": self.export,
        }

    async def enrol(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Become a kiosk of the centre, by `code`."""
        async with self.core.sync.between_rounds():
            try:
                form = await self.core.enrolment.enrol(str(params.get("code", "")))
            except EnrolmentError as error:
                raise self._known(error) from error
        await self.core.pull.open()
        self.core.sync.wake()
        return {"kiosk": form.kiosk, "centre": form.centre, "prefix": form.prefix}

    def _known(self, error: EnrolmentError) -> EnrolmentError:
        """A used code on a kiosk that is enrolled was most likely used by itself."""
        form = self.core.identities.form
        if error.code != Fault.ENROLMENT_USED or form is None:
            return error
        return EnrolmentError("enrolment.used_here", {"kiosk": form.kiosk})

    async def now(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """A round of sync at once; how it stands after it."""
        del params
        self.core.sync.wake()
        await self.core.sync.round()
        return (await self.core.sync.report()).form()

    async def status(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """How sync stands."""
        del params
        return (await self.core.sync.report()).form()

    async def explain(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """What became of `entry`, by its number or its record."""
        story = await self.core.stories.of(str(params.get("entry", "")))
        mark = (await self.core.sync.report()).mark
        return story.form() | {"mark": mark}

    async def export(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Write the journal to `file`, an absolute path; all of it with `whole`."""
        path, whole = Path(str(params.get("file", ""))), params.get("whole") is True
        done = await self.core.export.write(path, whole=whole)
        return {
            "file": str(path),
            "entries": done.entries,
            "first": done.first,
            "last": done.last,
        }
