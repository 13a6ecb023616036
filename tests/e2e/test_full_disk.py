"""A disk without room: nothing is shown that was not kept, and work goes on when there is room."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import psutil
import pytest

from invoices.face import Face
from invoices.qr_writer import write_face
from kiosk.demo.stage import Stage
from tests.e2e.centre_kiosk import CentreKiosk, until
from tests.e2e.crowd import Crowd, proved
from tests.e2e.disks import Disk, Quota, Tmpfs

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("stage", ["sqlite"], indirect=True)]

PREFIXES = (f"F{number}" for number in range(60, 100))
NO_ROOM = {"store.not_saved", "store.unusable"}


@pytest.fixture(params=["quota", "tmpfs"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    kind = request.param
    with Quota(folder) if kind == "quota" else Tmpfs(folder, 8) as disk:
        yield disk


def test_a_kiosk_without_room_refuses_checks_and_goes_on_by_itself(
    stage: Stage, faces: Iterator[Face], disk: Disk
) -> None:
    scans = [write_face(face) for face in islice(faces, 12)]
    data = str(disk.folder / "kiosk")
    with CentreKiosk(stage, next(PREFIXES), kiosk__data=data) as kiosk:
        # Packs leave more room than the small disk has.
        kiosk.enrolled(packs=isinstance(disk, Quota))
        with Crowd(kiosk, cycle(scans[1:])) as crowd:
            crowd.waits_for(3)
            disk.fill(psutil.Process(kiosk.terminal.pid), kiosk.screen_process())
            crowd.waits_for_refusals(2, NO_ROOM)
            refused_at_the_screen(kiosk, scans[0])
            disk.free()
            crowd.waits_for(3)
            crowd.hears(kiosk.scanned(scans[0]))
        starts_without_room(kiosk, disk)
        disk.free()
        until(kiosk.is_back)
        crowd.hears(kiosk.scanned(scans[1]))
        proved(kiosk, crowd.told)
        kiosk.stop()


def refused_at_the_screen(kiosk: CentreKiosk, scan: str) -> None:
    kiosk.terminal.send(scan.encode() + b"\r")
    kiosk.terminal.wait_for(kiosk.text("notice.problem"))
    kiosk.terminal.wait_for("没有保存下来")
    assert not kiosk.painted()


def starts_without_room(kiosk: CentreKiosk, disk: Disk) -> None:
    """Out of service, and says so, for as long as there is none."""
    if isinstance(disk, Quota):
        disk.fill(psutil.Process(kiosk.terminal.pid))
        kiosk.kill_screen()
    else:
        kiosk.stop()
        disk.fill()
        kiosk.start()
    for words in ("outofservice.title", "outofservice.code"):
        kiosk.terminal.wait_for(kiosk.text(words, code="store.unusable"))
