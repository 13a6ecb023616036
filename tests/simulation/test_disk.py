"""The disks of the simulation do what disks do."""

from __future__ import annotations

from random import Random

import apsw
import pytest

from tests.simulation.disk import DISKS, SECTOR, Disk, Handle, Session


@pytest.fixture
def disk() -> Disk:
    DISKS.clear()
    return Disk("d", Random(7))


def restarted(disk: Disk) -> Handle:
    disk.restart(Session("next"))
    return Handle(disk, "f")


def test_a_killed_process_leaves_what_it_wrote(disk: Disk) -> None:
    Handle(disk, "f").xWrite(b"written", 0)
    disk.session.die()
    assert restarted(disk).xRead(7, 0) == b"written"


def test_a_power_cut_leaves_what_was_synced_and_some_of_the_rest(disk: Disk) -> None:
    whole = torn = 0
    for seed in range(200):
        disk = Disk("d", Random(seed))
        file = Handle(disk, "f")
        file.xWrite(b"a" * 4 * SECTOR, 0)
        file.xSync(0)
        file.xWrite(b"b" * 4 * SECTOR, 0)
        disk.session.die(power=True)
        left = restarted(disk).xRead(4 * SECTOR, 0)
        sectors = {left[at : at + SECTOR] for at in range(0, len(left), SECTOR)}
        assert sectors <= {b"a" * SECTOR, b"b" * SECTOR}
        whole += len(sectors) == 1
        torn += len(sectors) == 2
    assert whole > torn > 0


def test_after_a_sync_that_failed_the_next_one_makes_up_for_nothing() -> None:
    lost = 0
    for seed in range(50):
        disk = Disk("d", Random(seed))
        file = Handle(disk, "f")
        file.xWrite(b"new", 0)
        disk.arm("eio", 0)
        with pytest.raises(apsw.IOError):
            file.xSync(0)
        assert file.xRead(3, 0) == b"new", "the cache has it"
        file.xSync(0)
        disk.session.die(power=True)
        lost += restarted(disk).xRead(3, 0) != b"new"
    assert lost > 10


def test_a_full_disk_takes_nothing_that_makes_a_file_longer(disk: Disk) -> None:
    file = Handle(disk, "f")
    file.xWrite(b"four", 0)
    disk.full = True
    with pytest.raises(apsw.FullError):
        file.xWrite(b"more", 4)
    file.xWrite(b"FOUR", 0)
    disk.heal()
    file.xWrite(b"more", 4)
    assert file.xRead(8, 0) == b"FOURmore"


def test_the_dead_change_nothing(disk: Disk) -> None:
    file = Handle(disk, "f")
    disk.session.die()
    with pytest.raises(apsw.IOError):
        file.xWrite(b"late", 0)
    assert restarted(disk).xFileSize() == 0
