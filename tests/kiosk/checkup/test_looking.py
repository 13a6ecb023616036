"""Looking at folders that real processes left or hold: everything is seen, nothing is changed."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.bootstrap.checkup import Checkup
from kiosk.checkup.finding import Finding, Level, Part
from kiosk.checkup.judge import judge
from kiosk.checkup.machine import look_at, owner_of
from kiosk.config import Config, KioskSection, PrinterSection, ScannerSection
from kiosk.control import serving
from kiosk.db.port import StoreError
from kiosk.db.read_only import read_only
from kiosk.errors import KioskError
from tests.kiosk.checkup.folders import ended, holder, killed, traces
from tests.kiosk.checkup.scenes import CONFIG
from tests.kiosk.stand_ins import NOW, HandClock

AFTER = NOW + timedelta(hours=1)


def config(folder: Path, **changes: object) -> Config:
    section = KioskSection(data=str(folder / "d"), server="http://127.0.0.1:9")
    bare = replace(CONFIG, folder=folder, kiosk=section, printer=PrinterSection())
    return replace(bare, **changes)  # type: ignore[arg-type]


async def found(config: Config, clock: HandClock | None = None) -> dict[Part, list[Finding]]:
    looked = await Checkup(config, clock or HandClock(AFTER)).look()
    told = judge(config, looked)
    return {part: [each for each in told if each.part is part] for part in Part}


def codes(told: dict[Part, list[Finding]], part: Part) -> list[str]:
    return [each.code for each in told[part]]


async def test_a_killed_kiosk_is_read_whole_and_left_as_it_was(tmp_path: Path) -> None:
    await asyncio.to_thread(killed, tmp_path / "d")
    before = await asyncio.to_thread(traces, tmp_path)
    told = await found(config(tmp_path))
    assert codes(told, Part.PROCESS) == ["process.stopped"]
    assert codes(told, Part.DATABASE)[0].startswith("database.")
    assert told[Part.DATABASE][0].level in {Level.OK, Level.NOTE}
    assert codes(told, Part.OUTBOX) == ["outbox.nobody"]
    assert told[Part.OUTBOX][0].params["count"] == 1
    assert codes(told, Part.IDENTITY) == ["identity.none"]
    assert await asyncio.to_thread(traces, tmp_path) == before


async def test_a_kiosk_that_ended_well_is_read_and_left_as_it_was(tmp_path: Path) -> None:
    await asyncio.to_thread(ended, tmp_path / "d")
    before = await asyncio.to_thread(traces, tmp_path)
    inside = await Checkup(config(tmp_path), HandClock(AFTER)).inside()
    assert inside is not None
    assert (inside.today, inside.outbox.head, inside.live) == (1, 1, None)
    assert codes(await found(config(tmp_path)), Part.FILES) == ["files.good"]
    assert await asyncio.to_thread(traces, tmp_path) == before


async def test_a_log_without_its_index_waits_for_the_next_start(tmp_path: Path) -> None:
    await asyncio.to_thread(killed, tmp_path / "d")
    await asyncio.to_thread((tmp_path / "d" / "kiosk.db-shm").unlink)
    before = await asyncio.to_thread(traces, tmp_path)
    told = await found(config(tmp_path))
    assert codes(told, Part.DATABASE) == ["database.store_unsettled"]
    assert codes(told, Part.PACKS) == ["packs.unread"]
    assert await asyncio.to_thread(traces, tmp_path) == before


async def test_a_folder_that_a_silent_process_holds(tmp_path: Path) -> None:
    with ExitStack() as stack:
        process = await asyncio.to_thread(stack.enter_context, holder(tmp_path / "d"))
        assert await asyncio.to_thread(owner_of, tmp_path / "d") == process.pid
        told = await found(config(tmp_path))
        assert codes(told, Part.PROCESS) == ["process.silent"]
        assert told[Part.PROCESS][0].params["pid"] == process.pid
        assert codes(told, Part.DATABASE) == ["database.store_kept"]
        await asyncio.to_thread(stack.close)
    assert await asyncio.to_thread(owner_of, tmp_path / "d") is None


async def test_a_kiosk_out_of_service_is_told_with_its_reason(tmp_path: Path) -> None:
    event = "out of service: store.newer {'file': 'kiosk.db'}"
    with ExitStack() as stack:
        process = await asyncio.to_thread(stack.enter_context, holder(tmp_path / "d"))
        log = tmp_path / "d" / "kiosk.log"
        await asyncio.to_thread(log.write_text, _records("the kiosk starts", event))
        told = (await found(config(tmp_path)))[Part.PROCESS]
        assert [each.code for each in told] == ["process.closed"]
        assert told[0].params["code"] == "store.newer"
        assert told[0].params["pid"] == process.pid
        # It runs, so nobody is told to start it.
        with pytest.raises(KioskError, match=r"control\.silent"):
            await Checkup(config(tmp_path), HandClock(AFTER)).inside()
        for later in ("in service again", "the kiosk starts"):
            await asyncio.to_thread(log.write_text, _records(event, later))
            assert codes(await found(config(tmp_path)), Part.PROCESS) == ["process.silent"]
        await asyncio.to_thread(stack.close)


def _records(*events: str) -> str:
    at = "2026-11-25T00:30:38.781+00:00"
    forms = ({"at": at, "level": "critical", "event": event} for event in events)
    return "".join(f"{json.dumps(form)}\n" for form in forms)


async def test_a_look_does_not_keep_a_kiosk_from_starting(tmp_path: Path) -> None:
    await asyncio.to_thread(ended, tmp_path / "d")
    async with read_only(tmp_path / "d" / "kiosk.db") as connection:
        assert connection is not None
        assert await connection.fetch("SELECT COUNT(*) FROM checks") == [(1,)]
        with pytest.raises(StoreError):
            connection.transaction()
        await asyncio.to_thread(_start_and_end, tmp_path / "d")


def _start_and_end(folder: Path) -> None:
    with holder(folder):
        pass


async def test_another_version_that_does_not_know_the_question(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir(mode=0o700)
    async with serving(tmp_path / "d" / "control.sock", {}):
        told = await found(config(tmp_path))
    assert codes(told, Part.PROCESS) == ["process.older"]


async def test_there_was_never_a_kiosk(tmp_path: Path) -> None:
    told = await found(config(tmp_path))
    assert codes(told, Part.FILES) == ["files.none"]
    assert codes(told, Part.DATABASE) == ["database.none"]
    assert [*await asyncio.to_thread(traces, tmp_path)] == ["."]


async def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "d").write_text("in the way")
    told = await found(config(tmp_path))
    assert codes(told, Part.DATABASE) == ["database.store_unusable"]
    assert codes(told, Part.FILES) == ["files.none"]


async def test_keys_that_others_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    await asyncio.to_thread(ended, folder)
    (folder / "kiosk.key").chmod(0o644)
    (folder / "kiosk.db").chmod(0o640)
    folder.chmod(0o755)
    told = await found(config(tmp_path))
    assert codes(told, Part.FILES) == ["files.folder_open", "files.open", "files.exposed"]
    assert codes(told, Part.DATABASE) == ["database.key_exposed"]


async def test_a_key_that_is_gone_and_one_of_another_kiosk(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    await asyncio.to_thread(ended, folder)
    (folder / "kiosk.key").unlink()
    told = await found(config(tmp_path))
    assert codes(told, Part.FILES) == ["files.key_missing"]
    assert codes(told, Part.DATABASE) == ["database.key_missing"]
    (folder / "kiosk.key").touch(mode=0o600)
    assert codes(await found(config(tmp_path)), Part.DATABASE) == ["database.key_form"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
async def test_a_file_that_root_left_behind(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    await asyncio.to_thread(ended, folder)
    os.chown(folder, 65534, 65534)
    told = await found(config(tmp_path))
    assert {each.code for each in told[Part.FILES]} == {"files.owner"}
    assert told[Part.FILES][0].params["owner"] == 65534


async def test_a_database_of_another_version_or_none_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    await asyncio.to_thread(ended, folder)
    path = folder / "kiosk.db"
    for number, code in ((1, "store_older"), (99, "store_newer")):
        await asyncio.to_thread(_renumber, path, number)
        assert codes(await found(config(tmp_path)), Part.DATABASE) == [f"database.{code}"]
    path.write_bytes(b"no database at all" * 1000)
    assert codes(await found(config(tmp_path)), Part.DATABASE) == ["database.store_unreadable"]


def _renumber(path: Path, number: int) -> None:
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version = {number}")
    raw.close()


async def test_a_clock_that_went_back(tmp_path: Path) -> None:
    await asyncio.to_thread(ended, tmp_path / "d")
    told = await found(config(tmp_path), HandClock(NOW - timedelta(days=400)))
    assert codes(told, Part.CLOCK) == ["clock.behind"]


async def test_a_scanner_that_is_not_there_and_an_access_file_that_is_not(tmp_path: Path) -> None:
    base = config(tmp_path)
    missing = replace(
        base,
        scanner=ScannerSection(serial=str(tmp_path / "ttyACM0")),
        kiosk=replace(base.kiosk, access=str(tmp_path / "access")),
    )
    await asyncio.to_thread(ended, tmp_path / "d")
    told = await found(missing)
    assert codes(told, Part.SCANNER) == ["scanner.absent"]
    assert codes(told, Part.FILES) == ["files.access_missing"]
    (tmp_path / "ttyACM0").touch()
    assert codes(await found(missing), Part.SCANNER) == ["scanner.present"]


def test_the_room_of_a_folder_that_is_not_there_is_that_of_its_disk(tmp_path: Path) -> None:
    machine = look_at(config(tmp_path / "a" / "b"))
    assert machine.folder is None
    assert machine.room is not None
    assert machine.room.total > 0
