"""The supervisor on a real terminal, over a real child process."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.console import Console
from kiosk.demo.terminal_program import TerminalProgram
from kiosk.errors import KioskError
from kiosk.supervisor import Backoff, Supervisor

ROOT = Path(__file__).parents[2]
OUT = "Out of service, please see the counter."


@contextmanager
def supervised(
    mode: str, folder: Path, pause: float = 60.0, speed: float = 1.0
) -> Iterator[TerminalProgram]:
    """`speed`: how fast the supervisor's clock runs."""
    told = (mode, str(folder), str(pause), str(speed))
    argv = [sys.executable, "-m", "tests.kiosk.supervised", *told]
    with TerminalProgram(argv, cwd=ROOT, columns=80, rows=24) as program:
        yield program


def child_of(program: TerminalProgram) -> int:
    return child_of_process(program.pid)


def child_of_process(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def ends(folder: Path) -> list[str]:
    """How the screens ended that were started again."""
    file = folder / "ends"
    return file.read_text().split() if file.exists() else []


def wait_ends(program: TerminalProgram, folder: Path, count: int) -> None:
    program.wait_until(lambda _text: len(ends(folder)) >= count, f"{count} ends")


def test_a_killed_screen_is_back_at_once(tmp_path: Path) -> None:
    with supervised("zero", tmp_path) as program:
        program.wait_for("screen 1")
        began = time.monotonic()
        os.kill(child_of(program), signal.SIGKILL)
        program.wait_for("screen 2")
        assert time.monotonic() - began < 5
        assert ends(tmp_path) == ["-9"]
        program.signal(signal.SIGTERM)
        assert program.wait_end() == 0


def test_meanwhile_a_notice_in_both_languages_and_nothing_of_the_dead(tmp_path: Path) -> None:
    with supervised("crash", tmp_path) as program:
        wait_ends(program, tmp_path, 2)
        notice = "本机暂停服务，请到人工窗口。"
        screen = program.wait_until(lambda text: notice in text and "secret" not in text)
        lines = screen.splitlines()
        row = next(number for number, line in enumerate(lines) if OUT in line)
        assert 10 <= row <= 13
        assert lines[row].index(OUT) == (80 - len(OUT)) // 2
        assert not program.echoes()
        last = program.output.rindex(b"secret")
        for undone in (b"?1049l", b"?1003l", b"?2004l", b"\x1b[3J"):
            assert undone in program.output[last:]
        program.resize(60, 12)
        middle = " " * ((60 - len(OUT)) // 2) + OUT
        program.wait_until(lambda text: middle in text.splitlines())
        assert (tmp_path / "runs").read_text() == "xx"
        program.signal(signal.SIGTERM)
        assert program.wait_end() == 0
        assert program.cursor_shown


def test_bytes_between_two_runs_reach_nobody(tmp_path: Path) -> None:
    with supervised("crash", tmp_path) as program:
        wait_ends(program, tmp_path, 2)
        program.send(b"01,32,,2411\r\x03\x1a\x1c")
        program.signal(signal.SIGTERM)
        assert program.wait_end() == 0
        assert b"2411" not in program.output


def test_restarts_follow_the_pauses(tmp_path: Path) -> None:
    with supervised("crash", tmp_path, pause=0.01) as program:
        wait_ends(program, tmp_path, 5)


def test_a_screen_that_ends_well_ends_the_supervisor(tmp_path: Path) -> None:
    with supervised("ends", tmp_path) as program:
        assert program.wait_end() == 0
    assert ends(tmp_path) == []


def test_bad_configuration_is_shown_and_not_tried_again(tmp_path: Path) -> None:
    with supervised("config", tmp_path) as program:
        assert program.wait_end() == 2
        assert "error[config.key]: no such key" in program.text
        assert OUT not in program.text
    assert (tmp_path / "runs").read_text() == "x"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_wish_to_stop_is_handed_on_and_answered_with_the_screens_status(
    tmp_path: Path, number: signal.Signals
) -> None:
    with supervised("seven", tmp_path) as program:
        program.wait_for("screen 1")
        program.signal(number)
        assert program.wait_end() == 7


def test_a_screen_that_does_not_stop_is_made_to(tmp_path: Path) -> None:
    with supervised("deaf", tmp_path) as program:
        program.wait_for("screen 1")
        program.signal(signal.SIGTERM)
        assert program.wait_end() == 128 + signal.SIGKILL


def test_a_terminal_that_hangs_up_ends_both(tmp_path: Path) -> None:
    with supervised("seven", tmp_path) as program:
        program.wait_for("screen 1")
        child = child_of(program)
        program.hang_up()
        assert program.wait_end() in {7, 128 + signal.SIGHUP}
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


def test_the_kernel_tells_the_screen_of_a_new_size(tmp_path: Path) -> None:
    with supervised("zero", tmp_path) as program:
        program.wait_for("screen 1")
        program.resize(60, 20)
        program.wait_for("resized 60 20")


def test_without_a_terminal_it_supervises_all_the_same(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.kiosk.supervised", "ends", str(tmp_path), "60"],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 0


def test_a_process_that_cannot_be_had_is_a_coded_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", fork)
    supervisor = Supervisor(lambda: 0, console=Console(lambda: ()), monotonic=time.monotonic)
    with pytest.raises(KioskError) as failure:
        supervisor.run()
    assert failure.value.code == "supervisor.fork"


def test_pauses_grow_to_the_last() -> None:
    backoff = Backoff(pauses=(0.0, 1.0, 30.0))
    assert [backoff.pause(restarts) for restarts in range(5)] == [0.0, 1.0, 30.0, 30.0, 30.0]


def test_the_supervisor_loads_nothing_heavy() -> None:
    loads = "import kiosk.__main__, kiosk.cli.plain_run, kiosk.bootstrap.supervised"
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", loads],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=30,
    ).stderr  # fmt: skip
    assert not re.search(
        r"\b(asyncio|textual|typer|structlog|pydantic|subprocess|tomllib|zoneinfo)\b", told
    )


def test_a_screen_that_cannot_start_the_first_time_is_not_tried_again(tmp_path: Path) -> None:
    with supervised("cannot", tmp_path) as program:
        assert program.wait_end() == 3
        assert "error[store.owned]" in program.text
    assert (tmp_path / "runs").read_text() == "x"


def test_a_screen_that_cannot_start_again_is_tried_until_it_can(tmp_path: Path) -> None:
    with supervised("crash-then-cannot", tmp_path) as program:
        wait_ends(program, tmp_path, 2)
        assert ends(tmp_path) == ["-9", "3"]
        program.signal(signal.SIGTERM)
        assert program.wait_end() == 0


def test_a_screen_with_a_fault_outside_all_handlers_is_a_dead_screen(tmp_path: Path) -> None:
    with supervised("fault", tmp_path) as program:
        wait_ends(program, tmp_path, 2)
        assert ends(tmp_path) == ["1", "1"]
        assert "Traceback" not in program.text
        program.signal(signal.SIGTERM)
        assert program.wait_end() == 0


def test_a_narrow_terminal_wraps_the_notice(tmp_path: Path) -> None:
    with supervised("crash", tmp_path) as program:
        program.resize(20, 8)
        program.wait_until(lambda text: "Out of service," in text and "please see the" in text)


def test_a_screen_that_ran_a_minute_makes_the_next_restart_a_first_one(tmp_path: Path) -> None:
    # By a clock that runs 100,000 times as fast a screen lives for an hour before it dies; a
    # second pause, of 10^8 of its seconds, would be as many as pass in a quarter of an hour.
    with supervised("crash", tmp_path, pause=1e8, speed=1e5) as program:
        wait_ends(program, tmp_path, 4)


def gone(pid: int) -> bool:
    """Whether a process has ended, whoever is to bury it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_screen_ends_with_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    # Under a shell, which goes on: the terminal does not hang up as it does with its last program.
    told = [sys.executable, "-m", "tests.kiosk.supervised", "seven", str(tmp_path), "60"]
    argv = ["sh", "-c", '"$@"; cat', "sh", *told]
    with TerminalProgram(argv, cwd=ROOT, columns=80, rows=24) as program:
        program.wait_for("screen 1")
        supervisor = child_of_process(program.pid)
        screen = child_of_process(supervisor)
        os.kill(supervisor, signal.SIGKILL)
        program.wait_until(lambda _text: gone(screen), "the end of the screen")
        assert not gone(program.pid)


def test_the_screen_leaves_no_core_and_cannot_be_traced(tmp_path: Path) -> None:
    with supervised("zero", tmp_path) as program:
        program.wait_for("screen 1")
        limits = Path(f"/proc/{child_of(program)}/limits").read_text()
        assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE)
    asked = "import ctypes; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"  # PR_GET_DUMPABLE
    shut = f"from kiosk.process_guard import shut_memory; shut_memory(); {asked}"
    told = [
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
        for code in (asked, shut)
    ]
    assert [each.stdout for each in told] == [b"1\n", b"0\n"]
