"""A kiosk of the centre, enrolled and with packs, that can be killed and started again."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Self

import psutil

from helpdesk.control import call
from kiosk.control import ask
from kiosk.demo.stage import Stage
from kiosk.demo.terminal_program import TerminalProgram
from kiosk.errors import KioskError
from kiosk.i18n import Catalogues
from tests.e2e.visitor import ROOT, SECONDS

LOOK = 0.02
"""Seconds between two looks at what nobody tells of."""
ANSWER_WITHIN = 10.0


class CentreKiosk:
    """Use as a context manager: at its end nothing of it runs.

    `settings` such as `kiosk__server` override the stage's file; `inside` leads its command.
    """

    def __init__(
        self, stage: Stage, prefix: str, *, inside: Sequence[str] = (), **settings: str
    ) -> None:
        self.stage = stage
        self.prefix = prefix
        self.text = Catalogues(domains=("kiosk", "tui")).translator("zh_CN")
        given = {"kiosk__data": str(stage.folder / f"kiosk-{prefix}"), "kiosk__prefix": prefix}
        self._settings = given | settings
        self.data = Path(self._settings["kiosk__data"])
        self._inside = inside
        self._terminal: TerminalProgram | None = None
        self._record = re.compile(rf"{prefix}-\d{{6}}-\d{{4}}")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.terminal.close()

    @property
    def terminal(self) -> TerminalProgram:
        assert self._terminal is not None
        return self._terminal

    # Life and death.

    def start(self) -> None:
        """Power on; returns at once."""
        argv = [*self._inside, sys.executable, "-m", "kiosk", "run"]
        environ = {f"YANPIAO_{name.upper()}": value for name, value in self._settings.items()}
        self._terminal = TerminalProgram(
            [*argv, "--config", str(self.stage.config)],
            columns=100,
            rows=34,
            cwd=ROOT,
            env=environ,
        )

    def is_back(self) -> bool:
        """Whether it answers."""
        try:
            return bool(self.asked("status")["running"])
        except KioskError:
            return False

    def screen_process(self) -> psutil.Process:
        """The process that draws and checks; its parent brings it back."""
        (child,) = psutil.Process(self.terminal.pid).children()
        return child

    def kill_screen(self) -> None:
        """SIGKILL to the process that draws."""
        self.screen_process().kill()

    def kill(self) -> None:
        """SIGKILL to all of it, and power on again."""
        self.terminal.close()
        self.start()

    def stop(self) -> None:
        """SIGTERM, as the operating system says it."""
        assert self.terminal.terminate(SECONDS) == 0

    # What it is asked.

    def asked(self, name: str, **params: object) -> dict[str, Any]:
        """The running kiosk's answer; raises `KioskError` as it does."""
        deadline = ANSWER_WITHIN
        return asyncio.run(ask(self.data / "control.sock", name, params, deadline=deadline))

    def enrolled(self, *, packs: bool = True) -> Self:
        """Let in by the server, and with packs unless there is no room for them."""
        until(self.is_back)
        code = from_server(self.stage, "kiosks.add", prefix=self.prefix)["code"]
        self.asked("enrol", code=code)
        until(lambda: not packs or self.asked("packs.status")["version"] is not None)
        return self

    def delivered(self) -> bool:
        """Whether the server has taken all, and no check waits for a better answer."""
        with suppress(KioskError):
            report = self.asked("sync.now")
            return not (report["waiting"] or report["failure"] or self.asked("status")["kept"])
        return False

    def scanned(self, payload: str) -> str:
        """The record number that is painted in answer to a scan."""
        seen = self.painted()
        self.terminal.send(payload.encode() + b"\r")
        self.terminal.wait_until(lambda _: bool(self.painted() - seen), "a record", SECONDS)
        (record,) = self.painted() - seen
        return record

    def painted(self) -> set[str]:
        """The record numbers on its screen."""
        return set(self._record.findall(self.terminal.text))

    # What it holds.

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Of its database, beside it."""
        with closing(sqlite3.connect(f"file:{self.data}/kiosk.db?mode=ro", uri=True)) as database:
            return database.execute(sql).fetchall()

    def log(self) -> str:
        """All that its log says."""
        return (self.data / "kiosk.log").read_text(encoding="utf-8")


def until(holds: Callable[[], bool], seconds: float = SECONDS) -> float:
    """How long it took until `holds` did; a failure after `seconds`."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < seconds, "it did not come"
        time.sleep(LOOK)
    return time.monotonic() - begun


def crowding() -> float:
    """How many processes want each core of this machine: by so much all of it is slower."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def server_process(stage: Stage) -> psutil.Process:
    """The running server of a stage."""
    (found,) = [
        child
        for child in psutil.Process(os.getpid()).children()
        if {"serve", str(stage.config)} <= set(child.cmdline())
    ]
    return found


def kill_server(stage: Stage) -> None:
    """SIGKILL; `Stage.start_server` starts another one in its place."""
    server_process(stage).send_signal(signal.SIGKILL)
    stage.stop_server()


def from_server(stage: Stage, name: str, **params: str) -> dict[str, Any]:
    """The last line of what a command beside the running server answers."""

    async def last() -> dict[str, Any]:
        lines = [line async for line in call(stage.folder / "helpdesk.sock", name, params)]
        return dict(lines[-1])

    return asyncio.run(last())
