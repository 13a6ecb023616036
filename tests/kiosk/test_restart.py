"""The technician's restart: asked of the service manager, kept in the machine's log."""

from __future__ import annotations

import asyncio
import stat
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from kiosk.bootstrap.checkup import Checkup
from kiosk.bootstrap.restart import RestartError, restart
from kiosk.bootstrap.technician import DOMAINS
from kiosk.bootstrap.technician_desk import TechnicianDesk
from kiosk.clock import SystemClock
from kiosk.config_file import load
from kiosk.i18n import Catalogues
from tui.technician.ports import Action, Outcome


def program(folder: Path, text: str) -> Sequence[str]:
    """A program in the place of sudo and the service manager."""
    file = folder / "manager"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return (str(file), "restart", "yanpiao-kiosk.service")


def desk_of(folder: Path, command: Sequence[str], noted: list[str]) -> TechnicianDesk:
    (folder / "config.toml").write_text('[kiosk]\ndata = "d"\n')
    config = load(folder / "config.toml", {})
    clock = SystemClock(config.zone)
    return TechnicianDesk(
        config,
        clock,
        Checkup(config, clock),
        Catalogues("en", DOMAINS),
        "yanpiao-tech",
        partial(restart, command, 5.0),
        noted.append,
    )


async def restarted(folder: Path, command: Sequence[str], noted: list[str]) -> Outcome:
    desk = await asyncio.to_thread(desk_of, folder, command, noted)
    return await desk.act(Action.RESTART, "en")


async def test_a_restart_is_asked_of_the_service_manager_and_noted(tmp_path: Path) -> None:
    asked, noted = tmp_path / "asked", list[str]()
    outcome = await restarted(tmp_path, program(tmp_path, f'echo "$@" > {asked}'), noted)
    assert outcome.good
    assert "restarted" in outcome.text
    assert asked.read_text() == "restart yanpiao-kiosk.service\n"
    assert noted == ["yanpiao-tech"]


async def test_what_is_not_allowed_is_told_with_whom_to_ask(tmp_path: Path) -> None:
    noted: list[str] = []
    outcome = await restarted(tmp_path, program(tmp_path, "exit 4"), noted)
    assert not outcome.good
    assert "status 4" in outcome.text
    assert noted == ["yanpiao-tech"], "the wish counts, not what became of it"
    absent = await restarted(tmp_path, (str(tmp_path / "none"),), noted)
    assert "administrator" in absent.text


async def test_a_manager_that_does_not_come_to_an_end_is_not_waited_for() -> None:
    forever = (sys.executable, "-c", "import time; time.sleep(30)")
    with pytest.raises(RestartError) as caught:
        await restart(forever, 0.2)
    assert caught.value.code == "restart.silent"
