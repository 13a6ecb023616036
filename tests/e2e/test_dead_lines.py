"""A network that goes dead without a word: packs answer in time, and after it all is drained."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice

import pytest

from invoices.face import Face
from invoices.qr_writer import write_face
from kiosk.demo.stage import Stage
from tests.e2e.centre_kiosk import CentreKiosk, crowding, until
from tests.e2e.crowd import Crowd, proved
from tests.e2e.lines import Cable, Line, Relay

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("stage", ["sqlite"], indirect=True)]

DEADLINE = 1.5
"""Seconds a visitor waits for a verdict."""
BUSY = 1.0
"""Seconds that a machine may add which does all this at once."""
WAYS = {"mute": "F50", "unplugged": "F51", "no way back": "F52"}
MANY = "OUTAGE_ROUNDS" in os.environ
"""`make outages` tries every way."""


@contextmanager
def line_of(stage: Stage, way: str) -> Iterator[tuple[Line, str]]:
    """The line, and the server's URL at its far end."""
    listen = re.search(r'listen = ".*:(\d+)"', stage.config.read_text(encoding="utf-8"))
    assert listen
    with ExitStack() as stack:
        cable = None if way == "mute" else stack.enter_context(Cable(way))
        host = cable.host if cable else "127.0.0.1"
        relay = stack.enter_context(Relay(int(listen[1]), host))
        yield cable or relay, f"http://{host}:{relay.port}"


@pytest.mark.parametrize("way", WAYS if MANY else ["mute", "unplugged"])
def test_while_the_line_is_dead_packs_answer_in_time_and_after_it_the_server_has_all(
    stage: Stage, faces: Iterator[Face], way: str
) -> None:
    scans = [write_face(face) for face in islice(faces, 12)]
    with (
        line_of(stage, way) as (line, url),
        CentreKiosk(
            stage, WAYS[way], inside=line.inside, kiosk__server=url, printer__kind="none"
        ) as kiosk,
    ):
        kiosk.enrolled()
        with Crowd(kiosk, cycle(scans[1:])) as crowd:
            crowd.waits_for(5)
            line.cut()
            crowd.hears(kiosk.scanned(scans[0]))
            kiosk.terminal.wait_for(kiosk.text("result.source.pack", as_of="").strip())
            until(lambda: kiosk.asked("status")["link"] == "offline")
            crowd.waits_for(5)
            line.heal()
            until(lambda: kiosk.asked("status")["link"] == "online")
            crowd.waits_for(5)
        assert crowd.told.slowest < DEADLINE + BUSY * crowding()
        assert set(crowd.told.verdicts.values()) <= {"match", "daily_limit", "shown"}
        assert not crowd.told.refused
        proved(kiosk, crowd.told)
        kiosk.stop()
