"""A person before a real kiosk: scans, reads the screen, takes the slip and reads its code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import zxingcpp
from PIL import Image

from helpdesk.wire.slip_code import unsigned_claims
from invoices.verdict import State, Verdict
from kiosk.demo.paper import Paper, PrintedSlip
from kiosk.demo.stage import Stage
from kiosk.demo.terminal_program import TerminalProgram
from kiosk.i18n import Catalogues
from tui.kiosk.answers import headline_key
from tui.kiosk.screens.notice import SIGNS

ROOT = Path(__file__).parents[2]
SECONDS = 60.0
"""How long anything may take to appear, generous for a loaded machine."""


@contextmanager
def kiosk(stage: Stage, prefix: str, **settings: str) -> Iterator[Visitor]:
    """A kiosk of its own on the stage: `settings` such as `kiosk__language` override the file.

    Its visitors scan one paper again as soon as they have left its answer.
    """
    data = stage.folder / f"kiosk-{prefix}"
    own = {"kiosk__prefix": prefix, "kiosk__data": str(data), "scanner__repeat_seconds": "0"}
    given = own | settings
    environ = {f"YANPIAO_{name.upper()}": value for name, value in given.items()}
    argv = [sys.executable, "-m", "kiosk", "run", "--config", str(stage.config)]
    with TerminalProgram(argv, columns=100, rows=34, cwd=ROOT, env=environ) as terminal:
        visitor = Visitor(stage, terminal, prefix, environ)
        visitor.sees(visitor.text("attract.how"))
        yield visitor


class Visitor:
    """One visit after the other at one kiosk.

    Attributes:
        terminal: the kiosk's terminal.
        data: the kiosk's folder.
        paper: the printer's.
    """

    def __init__(
        self, stage: Stage, terminal: TerminalProgram, prefix: str, environ: dict[str, str]
    ) -> None:
        self.stage = stage
        self.terminal = terminal
        self.paper = Paper(stage.printer_control)
        self.data = Path(environ["YANPIAO_KIOSK__DATA"])
        self.text = Catalogues(domains=("kiosk", "tui")).translator(
            environ.get("YANPIAO_KIOSK__LANGUAGE", "zh_CN")
        )
        self._environ = environ
        self._record = re.compile(rf"{prefix}-\d{{6}}-\d{{4}}")
        self._last = ""

    # What is done.

    def scans(self, data: str | bytes) -> None:
        """A scanner that types, as fast as the terminal takes it."""
        code = data.encode() if isinstance(data, str) else data
        self.terminal.send(code + b"\r")

    def goes_home(self) -> None:
        """To the tiles, from wherever."""
        for _ in range(8):
            if self.text("home.tile.help") in self.terminal.text:
                return
            self.terminal.send("\x1b")
            self._came(lambda screen: self.text("home.tile.help") in screen, 2.0)
        raise AssertionError(self.terminal.text)

    def leaves(self) -> None:
        """The visit ends; the start is on the screen."""
        self.goes_home()
        self.terminal.send("\x1b")
        self.sees(self.text("attract.how"))

    def commands(self, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[str]:
        """`kiosk ...` beside this kiosk, in English."""
        return kiosk_command(
            *arguments, "--config", str(self.stage.config), given=given, environ=self._environ
        )

    # What is seen.

    def sees(self, text: str) -> str:
        return self.terminal.wait_for(text, SECONDS)

    def sees_no(self, text: str) -> str:
        return self.terminal.wait_gone(text, SECONDS)

    def told(self, verdict: Verdict, state: State | None = None) -> str:
        """The record number of a new answer, which must be this one."""
        wanted = self.headline(verdict, state)
        screen = self.terminal.wait_until(
            lambda screen: says(screen, wanted) and self._new_answer(screen), wanted, SECONDS
        )
        self._last = self._record_on(screen)
        return self._last

    def shown(self, record: str, verdict: Verdict, state: State | None = None) -> str:
        """The screen with this earlier answer: as a record, without a sign of good news."""
        wanted = self.headline(verdict, state).lstrip(SIGNS)
        apart = self.text("record.headline", moment="\n").split("\n")[1].strip()
        return self.terminal.wait_until(
            lambda screen: record in screen and says(screen, wanted) and says(screen, apart),
            f"{record}, {wanted}",
            SECONDS,
        )

    def headline(self, verdict: Verdict, state: State | None = None) -> str:
        """Of a scan: what is typed has other words where it is wrong."""
        return self.text(headline_key(verdict, state, scanned=True))

    def answered(self, seconds: float) -> bool:
        """Whether a new answer appears in time."""
        return self._came(self._new_answer, seconds)

    def notes_record(self) -> str:
        """The record number of the answer on the screen."""
        self._last = self._record_on(self.terminal.text)
        return self._last

    def slip(self, record: str) -> PrintedSlip:
        """The slip that was printed for a record; there is no second one."""
        slip = self.paper.wait_slip(lambda text: record in text, SECONDS)
        assert slip, record
        assert sum(record in other.text for other in self.paper.slips()) == 1
        return slip

    # What is underneath.

    def status(self) -> dict[str, Any]:
        """What the running kiosk says of itself."""
        done = self.commands("status", "--json")
        assert done.returncode == 0, done.stderr
        said: dict[str, Any] = json.loads(done.stdout)
        assert said["running"]
        return said

    def screen_process(self) -> psutil.Process:
        """The process that draws; its parent brings it back."""
        (child,) = psutil.Process(self.terminal.pid).children()
        return child

    def waits_for_kept(self) -> None:
        """Until every kept check has its verdict."""
        deadline = time.monotonic() + 2 * SECONDS
        while self.status()["kept"]:
            assert time.monotonic() < deadline

    def _came(self, holds: Callable[[str], bool], seconds: float) -> bool:
        try:
            self.terminal.wait_until(holds, deadline=seconds)
        except TimeoutError:
            return False
        return True

    def _new_answer(self, screen: str) -> bool:
        return self._record_on(screen) not in {"", self._last}

    def _record_on(self, screen: str) -> str:
        found = self._record.search(screen)
        return found[0] if found else ""


def says(screen: str, text: str) -> bool:
    """Whether a text is on the screen, each word on the line of the one before or the next."""
    words = (re.escape(word) for word in text.split())
    return re.search(r"[^\n]*?\n?[^\n]*?".join(words), screen) is not None


def code_on(slip: PrintedSlip) -> str:
    """The slip's code as a phone reads it from the paper."""
    with Image.open(slip.picture) as picture:
        (read,) = zxingcpp.read_barcodes(picture)
    text: str = read.text
    return text


def record_in(code: str) -> str:
    """The record number that a slip's code bears; these kiosks were never enrolled."""
    return unsigned_claims(code).record


def kiosk_command(
    *arguments: str, given: bytes = b"", environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """`kiosk ...` as an operator types it on an English terminal."""
    return _run("kiosk", arguments, given, environ or {})


def helpdesk_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`helpdesk ...` as an operator types it on an English terminal."""
    return _run("helpdesk", arguments, b"", {})


def _run(
    module: str, arguments: tuple[str, ...], given: bytes, environ: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "LC_ALL": "en_US.UTF-8", "PYTHONWARNINGS": "error", **environ}
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        input=given,
        capture_output=True,
        timeout=60,
        check=False,
        cwd=ROOT,
        env=env,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in out + err
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)
