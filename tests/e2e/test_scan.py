"""The main job on real parts and both databases: bytes in, verdict, paper out, and back again."""

from __future__ import annotations

import os
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from invoices.face import Face
from invoices.qr_writer import write_face
from invoices.verdict import State, Verdict
from kiosk.demo.samples import one_of_each, read_samples
from kiosk.demo.stage import Stage
from tests.e2e.visitor import Visitor, code_on, kiosk, record_in

pytestmark = pytest.mark.e2e

GAP = 0.03
"""Seconds between two characters that the kiosk surely takes for one scan (its rule: 0.035)."""
TRIES = 10


@dataclass
class SerialLine:
    """A scanner on a line; the device's name is a link, as under /dev/serial/by-id."""

    device: Path
    scanner: int = -1

    def plug_in(self) -> None:
        self.scanner, line = os.openpty()
        tty.setraw(line)
        self.device.symlink_to(os.ttyname(line))
        os.close(line)

    def unplug(self) -> None:
        self.device.unlink()
        os.close(self.scanner)

    def scan(self, text: str) -> None:
        os.write(self.scanner, text.encode() + b"\r")


@pytest.fixture(scope="module")
def line(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SerialLine]:
    line = SerialLine(tmp_path_factory.mktemp("dev") / "scanner")
    line.plug_in()
    yield line
    line.unplug()


@pytest.fixture(scope="module")
def visitor(stage: Stage, line: SerialLine) -> Iterator[Visitor]:
    with kiosk(stage, "A11", scanner__serial=str(line.device)) as visitor:
        yield visitor


@pytest.mark.parametrize("pace", ["60", "500", "10000", "serial"])
def test_a_scan_at_any_pace_gives_verdict_and_slip_and_its_code_finds_the_record(
    visitor: Visitor, line: SerialLine, faces: Iterator[Face], pace: str
) -> None:
    face = next(faces)
    if pace == "serial":
        line.scan(write_face(face))
    else:
        scan_at(visitor, write_face(face), float(pace))
    record = visitor.told(Verdict.MATCH, State.NORMAL)
    visitor.sees(face.seller_name)
    visitor.sees(visitor.text("slip.printed"))
    slip = visitor.slip(record)
    assert f"****{face.number[-4:]}" in slip.text
    visitor.leaves()
    code = code_on(slip)
    assert record_in(code) == record
    if pace == "serial":
        line.scan(code)
    else:
        visitor.scans(code)
    screen = visitor.shown(record, Verdict.MATCH, State.NORMAL)
    assert face.seller_name in screen
    visitor.slip(record)  # looking up has printed no other
    visitor.leaves()


def scan_at(visitor: Visitor, text: str, rate: float) -> None:
    """A scan whose pace held; a machine too busy to keep it is no scanner and starts again."""
    for _ in range(TRIES):
        if visitor.terminal.send_at(text.encode() + b"\r", rate) < GAP:
            return
        if visitor.answered(1.0):
            return
        visitor.leaves()
    pytest.fail("this machine cannot type evenly")


def test_a_serial_scanner_that_comes_back_is_heard_again(
    visitor: Visitor, line: SerialLine, faces: Iterator[Face]
) -> None:
    visitor.goes_home()
    line.unplug()
    visitor.sees(visitor.text("home.invitation.lost"))
    line.plug_in()
    visitor.sees_no(visitor.text("home.invitation.lost"))
    face = next(faces)
    line.scan(write_face(face))
    visitor.told(Verdict.MATCH, State.NORMAL)
    visitor.sees(face.seller_name)
    visitor.leaves()


@pytest.mark.parametrize("stage", ["postgres"], indirect=True)
def test_every_verdict_and_state_in_english(stage: Stage) -> None:
    """In Chinese and on SQLite the demo's tour does the same."""
    with kiosk(stage, "A12", kiosk__language="en") as visitor:
        for sample in one_of_each(read_samples(stage.samples)):
            visitor.scans(sample.payload)
            record = visitor.told(sample.verdict, sample.state)
            assert record_in(code_on(visitor.slip(record))) == record
        assert visitor.terminal.terminate() == 0
