"""What the control socket can ask of the printer of a running kiosk."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from kiosk.errors import KioskError
from kiosk.trial_slip import write_trial_slip
from printers.errors import LedgerError
from printers.ledger import Job
from tui.kiosk.ports import SlipState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from kiosk.bootstrap.core import Core
    from kiosk.bootstrap.paper import Paper
    from kiosk.bootstrap.screens import SlipDesk
    from kiosk.i18n import Catalogues
    from tui.kiosk.ports import SlipShown

PATIENCE: Final = 15.0
"""Seconds in which a test slip is on paper, or somebody wants to know why not."""
EXPIRES: Final = timedelta(seconds=60)
"""Nobody waits longer for a test: it must not come out later, among visitors' slips."""
_ENDS: Final = frozenset({SlipState.PRINTED, SlipState.DOUBTFUL, SlipState.FAILED})


@dataclass(frozen=True, slots=True)
class PaperCommands:
    """`paper` is None where no printer is configured."""

    core: Core
    catalogues: Catalogues
    slips: SlipDesk
    paper: Paper | None

    @property
    def table(self) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]]:
        """The commands by the names callers use."""
        return {"printer.test": self.test}

    async def test(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Print a test slip; `state` and `reason` of it after at most `PATIENCE` seconds."""
        del params
        if self.paper is None:
            raise KioskError("printing.no_printer")
        now = self.core.clock.now()
        config = self.core.config
        texts = [self.catalogues.translator(each) for each in self.catalogues.languages]
        document = write_trial_slip(config, self.core.clock.local(now), texts)
        job = Job(f"TEST-{now:%Y%m%dT%H%M%S%f}", document, now, now + EXPIRES)
        ended = asyncio.Event()
        stop = self.slips.watch(job.job_id, lambda shown: _note(shown, ended))
        try:
            await self.paper.spooler.submit(job)
            async with asyncio.timeout(PATIENCE):
                await ended.wait()
        except TimeoutError:
            pass  # how far it is by now is the answer
        except LedgerError as error:
            raise KioskError(error.code, error.params) from error
        finally:
            stop()
        shown = self.slips.state(job.job_id)
        state, reason = (shown.state.value, shown.reason) if shown else ("queued", "")
        return {"job": job.job_id, "state": state, "reason": reason}


def _note(shown: SlipShown, ended: asyncio.Event) -> None:
    if shown.state in _ENDS:
        ended.set()
