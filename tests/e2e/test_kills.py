"""kill -9 of kiosk and server at chosen moments under a stream of checks: nothing told is lost.

`make outages ROUNDS=50` for as many blows as one has time for.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice

import pytest

from invoices.face import Face
from invoices.qr_writer import write_face
from kiosk.demo.paper import Paper
from kiosk.demo.stage import Stage
from tests.e2e.centre_kiosk import CentreKiosk, crowding, kill_server, until
from tests.e2e.crowd import Crowd, proved

ROUNDS = int(os.environ.get("OUTAGE_ROUNDS", "4"))
SEED = int(os.environ.get("OUTAGE_SEED", "1"))
BACK_WITHIN = 5.0
SCREENS = 2
"""Screens that one supervisor brings back at once; after more in a row it waits longer."""

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120 + 60 * ROUNDS)]


class Blows:
    """Who is hit, and when."""

    def __init__(self, kiosk: CentreKiosk, crowd: Crowd, payloads: Iterator[str]) -> None:
        self._kiosk = kiosk
        self._crowd = crowd
        self._payloads = payloads
        self._chance = random.Random(SEED)
        self._screens = 0
        self.shown: list[str] = []
        self.slowest = 0.0

    def fall(self, rounds: int) -> None:
        """Each kind in turn, in an order of chance."""
        ways = [self.screen, self.kiosk, self.server, self.both]
        for way in islice(cycle(self._chance.sample(ways, len(ways))), rounds):
            self._crowd.waits_for(self._chance.randrange(2, 12))
            # Not a wait for something: the moment of the blow, wherever it finds them.
            time.sleep(self._chance.random() * 0.05)
            way()

    def screen(self) -> None:
        """Killed with the answer just painted."""
        if self._screens == SCREENS:
            self.kiosk()
            return
        self._screens += 1
        self.shown.append(self._kiosk.scanned(next(self._payloads)))
        self._crowd.hears(self.shown[-1])
        dead = self._kiosk.screen_process()
        dead.kill()
        self._is_back(lambda: not dead.is_running() and self._kiosk.is_back())

    def kiosk(self) -> None:
        """Screen and supervisor, as by a power cut."""
        self._screens = 0
        self._kiosk.kill()
        self._is_back(self._kiosk.is_back)

    def server(self) -> None:
        """The server, and people go on meanwhile."""
        kill_server(self._kiosk.stage)
        self._crowd.waits_for(3)
        self._kiosk.stage.start_server()

    def both(self) -> None:
        """The kiosk comes back before the server does."""
        kill_server(self._kiosk.stage)
        self.kiosk()
        self._crowd.waits_for(1)
        self._kiosk.stage.start_server()

    def _is_back(self, holds: Callable[[], bool]) -> None:
        self.slowest = max(self.slowest, until(holds))


def test_what_was_told_survives_kills_of_both_and_is_on_the_server_once(
    stage: Stage, faces: Iterator[Face]
) -> None:
    payloads = cycle([write_face(face) for face in islice(faces, 30)])
    with CentreKiosk(stage, f"F{SEED % 100:02}") as kiosk:
        kiosk.enrolled()
        with Crowd(kiosk, payloads) as crowd:
            blows = Blows(kiosk, crowd, payloads)
            blows.fall(ROUNDS if stage.database.startswith("sqlite") else (ROUNDS + 1) // 2)
            crowd.waits_for(3)
        proved(kiosk, crowd.told)
        kiosk.stop()
    slips = [slip.text for slip in Paper(stage.printer_control).slips()]
    assert all(sum(record in slip for slip in slips) <= 1 for record in blows.shown)
    assert blows.slowest < BACK_WITHIN * crowding()
    assert set(crowd.told.verdicts.values()) <= {"match", "daily_limit", "shown"}
    assert set(crowd.told.refused) <= {"control.absent", "control.broken", "control.silent"}
