"""`kiosk demo` as a newcomer meets it: it shows itself, and nothing of it is left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psutil
import pytest

from kiosk.demo.terminal_program import TerminalProgram
from tests.e2e.visitor import ROOT, SECONDS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

ARGV = [sys.executable, "-m", "kiosk", "demo"]
STEP = re.compile(r"^ *(\d+) \S.*: \S", re.MULTILINE)
ANSWERS = (
    *("一致，发票正常", "一致，发票已作废", "一致，发票已红冲（范围未知）", "一致，发票部分红冲"),
    *("一致，发票全额红冲", "不一致", "查无此票", "当天票，明天再查", "超过可查年限"),
    *("这张票今天查满了", "码里的日期不对", "这种票查不了", "暂时无法判断"),
)


class Footprint:
    """All that a program leaves on the machine: processes that inherited its mark, files."""

    def __init__(self, folder: Path, language: str = "C.UTF-8") -> None:
        self._mark = f"E2E_MARK={uuid4()}"
        self._folder = folder
        name, _, value = self._mark.partition("=")
        self.environ = {name: value, "TMPDIR": str(folder), "LC_ALL": language}

    def processes(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if self._is_marked(process)]

    def files(self) -> list[str]:
        return sorted(path.name for path in self._folder.iterdir())

    def _is_marked(self, process: psutil.Process) -> bool:
        try:
            environ = Path(f"/proc/{process.pid}/environ").read_bytes()
        except OSError:
            return False
        return self._mark.encode() in environ


@pytest.fixture
def footprint() -> Iterator[Footprint]:
    """At the end of the test nothing is left, and whatever is does not outlive it.

    A folder with a short path: a socket's must not be longer than 107 bytes.
    """
    with TemporaryDirectory(prefix="demo-") as folder:
        footprint = Footprint(Path(folder))
        yield footprint
        left = footprint.processes()
        for process in left:
            process.kill()
        assert not left
        assert footprint.files() == []


def test_the_tour_shows_every_answer_and_leaves_nothing(footprint: Footprint) -> None:
    done = subprocess.run(
        [*ARGV, "--tour"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=200,
        check=False,
        cwd=ROOT,
        env={**os.environ, **footprint.environ},
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert (done.returncode, err) == (0, ""), out[-3000:] + err
    steps = [int(number) for number in STEP.findall(out)]
    assert steps == [*range(1, len(steps) + 1)]
    assert f"{len(steps)} 步" in out.splitlines()[-1]
    assert f"{len(steps)} steps" in out.splitlines()[-1]  # a terminal without a language: both
    told = [line for line in out.splitlines() if "⇒" in line]
    for answer in ANSWERS:
        assert any(answer in line and " / " in line for line in told), answer
    for words in ("缺纸", "服务器停止", "服务器恢复", "手工输入", "残缺", "│"):
        assert words in out
    assert footprint.processes() == []


@contextmanager
def on_a_terminal(footprint: Footprint) -> Iterator[TerminalProgram]:
    with TerminalProgram(ARGV, columns=80, rows=24, cwd=ROOT, env=footprint.environ) as demo:
        demo.wait_for("把发票左上角的二维码对准扫码器", SECONDS)
        yield demo


def test_on_a_terminal_it_is_the_kiosk_with_its_sheet_of_codes(footprint: Footprint) -> None:
    with on_a_terminal(footprint) as demo:
        assert len(footprint.processes()) == 5  # demo, supervisor, screen, server, printer
        demo.send("\x1b[20~")  # F9
        demo.wait_for("选一行", SECONDS)
        demo.wait_until(lambda _: len(pages(demo)) == 1, "the path of the page", SECONDS)
        see_page(Path(pages(demo)[0]))
        demo.send("\r")
        demo.wait_for("小票已打印", SECONDS)
        demo.send("\x1b[20~")
        demo.wait_for("选一行", SECONDS)
        demo.send("q")
        assert demo.wait_end(SECONDS) == 0
        assert demo.echoes()
        assert demo.cursor_shown
        assert "结束演示：按 F9，再按 Q。 / To leave the demo: F9, then Q." in demo.output.decode()


def pages(demo: TerminalProgram) -> list[str]:
    """The paths of the page on the screen, which may be wrapped."""
    return re.findall(r"请打开：(/.*?sheet\.html)", "".join(demo.text.split()))


def see_page(page: Path) -> None:
    """The answers as captions, each once; no key of a text, no series of equal cards."""
    text = page.read_text(encoding="utf-8")
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", text)
    codes = re.findall(r"<code>(.*?)</code>", text)
    assert len(captions) == len(set(captions)) == len(set(codes)) >= 11
    assert {"✔ 一致，发票正常", "？ 查无此票"} <= set(captions)
    assert not re.search(r"samples\.|result\.|demo\.", text)


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder with a short path: a socket's must not be longer than 107 bytes."""
    with TemporaryDirectory(prefix="demo-") as folder:
        yield Path(folder)


def test_on_an_english_terminal_all_of_it_is_english(short_folder: Path) -> None:
    footprint = Footprint(short_folder, "en_US.UTF-8")
    with TerminalProgram(ARGV, columns=80, rows=24, cwd=ROOT, env=footprint.environ) as demo:
        demo.wait_for("To leave the demo: F9, then Q.", SECONDS)
        demo.wait_for("Hold the", SECONDS)
        demo.send("\x1b[20~")
        demo.wait_for("choosing a line is like scanning it", SECONDS)
        demo.send("q")
        assert demo.wait_end(SECONDS) == 0
    assert footprint.processes() == []


def test_a_closed_window_ends_all_of_it(footprint: Footprint) -> None:
    with on_a_terminal(footprint) as demo:
        demo.hang_up()
        until(lambda: not footprint.processes())


def test_a_tour_that_is_stopped_ends_all_of_it(footprint: Footprint) -> None:
    env = {**os.environ, **footprint.environ}
    with subprocess.Popen(
        [*ARGV, "--tour"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=ROOT, env=env
    ) as tour:
        assert tour.stdout is not None
        assert any(STEP.match(line.decode()) for line in tour.stdout)
        tour.send_signal(signal.SIGTERM)
        tour.stdout.read()
    assert tour.returncode == 3
    assert footprint.processes() == []


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)  # processes end without telling anybody
