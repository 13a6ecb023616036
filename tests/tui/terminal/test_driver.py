"""The driver on a real terminal, with a small real app."""

from __future__ import annotations

import hashlib
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from textual.app import App

from kiosk.demo.terminal_program import TerminalProgram
from tui.errors import TuiError
from tui.terminal.driver import KioskDriver

ROOT = Path(__file__).parents[3]
APP = Path(__file__).with_name("scan_app.py")
CODE = b"01,32,,24112000000012345678,1234.56,20240501,,A1B2"
PRESS = b"\x1b[<0;5;5M\x1b[<0;5;5m"
CLEAR = b"\x1b[<0;5;8M\x1b[<0;5;8m"
MOVE = b"\x1b[<35;40;9M"


@contextmanager
def scan_app(gap: float = 0.035) -> Iterator[TerminalProgram]:
    with TerminalProgram([sys.executable, str(APP), str(gap)], cwd=ROOT) as program:
        program.wait_for("last=ready")
        yield program


@pytest.fixture
def app() -> Iterator[TerminalProgram]:
    with scan_app() as program:
        yield program


@pytest.fixture
def hogs() -> Iterator[None]:
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4)]
    yield
    for hog in spinning:
        hog.kill()
        hog.wait()


def codes(count: int) -> list[bytes]:
    return [b"01,32,,%020d,1234.56,20240501,,A1B2" % number for number in range(count)]


def summary(scans: Sequence[bytes]) -> str:
    digest = hashlib.sha256(b"\0".join(scans)).hexdigest()[:16]
    return f"scans={len(scans)} digest={digest}"


def in_pace(
    program: TerminalProgram, data: bytes, rate: float, gap: float, scans: Sequence[bytes]
) -> None:
    """Sends until the sender itself, on a busy machine, made no pause longer than a scanner's."""
    for _attempt in range(20):
        if program.send_at(data, rate) < gap:
            program.wait_for(summary(scans))
            return
        program.send(CLEAR)
        program.wait_for("last=cleared")
    pytest.fail("this machine cannot keep the pace")


def test_hundred_codes_back_to_back_at_ten_thousand_characters_a_second(
    app: TerminalProgram,
) -> None:
    sent = codes(100)
    in_pace(app, b"".join(code + b"\r" for code in sent), 10_000, 0.03, sent)
    assert "typed=<>" in app.text


@pytest.mark.usefixtures("hogs")
def test_all_codes_arrive_while_the_processors_are_busy(app: TerminalProgram) -> None:
    sent = codes(40)
    for code in sent:  # each whole: the sender must not be the one that starves
        app.send(code + b"\r\n")
    app.wait_for(summary(sent))
    assert "typed=<>" in app.text


def test_a_usual_scanner(app: TerminalProgram) -> None:
    in_pace(app, CODE + b"\r", 500, 0.03, [CODE])


def test_a_slow_scanner_with_the_widest_gap() -> None:
    with scan_app(gap=0.08) as app:
        in_pace(app, CODE[:30] + b"\t", 60, 0.07, [CODE[:30]])


def test_a_crawling_scanner_with_a_prefix(app: TerminalProgram) -> None:
    in_pace(app, b"\x02A1B2C3\x03", 15, 0.9, [b"A1B2C3"])


def test_typing_and_scans_in_turn(app: TerminalProgram) -> None:
    app.send(b"12")
    app.wait_for("typed=<12>")
    app.send(CODE + b"\r\n")
    app.wait_for(summary([CODE]))
    app.send(b"34")
    app.wait_for("typed=<1234>")
    app.send(b"\x02" + CODE + b"\x03")
    app.wait_for(summary([CODE, CODE]))
    app.send("五")
    app.wait_for("typed=<1234五>")
    app.send(b"\x7f")
    app.wait_for("typed=<1234>")


def test_gbk_bytes_and_full_width_commas(app: TerminalProgram) -> None:
    app.send("01,发票,12345678".encode("gb18030") + b"\r")
    app.wait_for("last=01,发票,12345678")
    app.send("01，32，，24112000000012345678\r".encode())
    app.wait_for("last=01,32,,24112000000012345678")


def test_bytes_that_are_no_text_do_not_end_the_input(app: TerminalProgram) -> None:
    app.send(b"\xd6")
    app.send(b"\xff\xfe\x80")
    app.send(b"\x1b[99999999999;1u\x1b[48;30000;30000;1;1t\x1b[55296;1;55296u")
    app.send(b"ok")
    app.wait_until(lambda text: "ok>" in text)
    app.send(CODE + b"\r")
    app.wait_for(summary([CODE]))
    app.send(PRESS)
    app.wait_for("clicks=1")


def test_mouse_reports_do_not_break_a_scan_in_two(app: TerminalProgram) -> None:
    app.send(MOVE.join([CODE[:10], CODE[10:20], CODE[20:]]) + PRESS + b"\r")
    app.wait_for(summary([CODE]) + " clicks=1")
    assert "typed=<>" in app.text


def test_typing_appears_while_the_mouse_moves(app: TerminalProgram) -> None:
    still = threading.Event()

    def move() -> None:
        while not still.wait(0.005):
            app.send(MOVE)

    mouse = threading.Thread(target=move)
    mouse.start()
    try:
        app.send(b"7")
        app.wait_for("typed=<7>")
    finally:
        still.set()
        mouse.join()


def test_quit_keys_inside_a_scan_are_data(app: TerminalProgram) -> None:
    app.send(b"\x11\x03\x1a01,32,,\x112411\x1a2000,\x0312345678\r")
    app.wait_for("last=")
    app.send(b"\x1a\x11" + CODE[:20] + b"\x1a\x11\x10" + CODE[20:] + b"\r")
    app.wait_for(f"last={CODE.decode()}")


def test_a_pasted_code_is_a_scan_and_other_pastes_are_text(app: TerminalProgram) -> None:
    app.send(b"\x1b[200~" + CODE + b"\n\x1b[201~")
    app.wait_for(summary([CODE]))
    app.send(b"\x1b[200~24112000\x1b[201~")
    app.wait_for("typed=<24112000>")


def test_a_paste_without_end_leaves_the_keyboard_alive(app: TerminalProgram) -> None:
    app.send(b"\x1b[200~123")
    app.wait_for("typed=<123>")
    app.send(b"4")
    app.wait_for("typed=<1234>")


def test_terminals_are_not_asked_for_kitty_keys_or_sizes_in_band(app: TerminalProgram) -> None:
    assert re.search(rb"\x1b\[>\d+u", app.output) is None
    assert b"\x1b[?2048$p" not in app.output


def test_the_size_follows_the_kernel(app: TerminalProgram) -> None:
    app.resize(60, 20)
    app.wait_until(lambda text: max(map(len, text.splitlines())) == 60)


def test_the_end_of_input_ends_the_app_in_order() -> None:
    done = subprocess.run(
        [sys.executable, str(APP), "0.035"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=ROOT,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert b"\x1b[?1049l" in done.stderr


def test_a_hung_up_terminal_ends_the_app(app: TerminalProgram) -> None:
    app.hang_up()
    assert app.wait_end() in {0, -signal.SIGHUP}


def test_a_hung_up_terminal_ends_the_app_in_order_where_the_signal_is_ignored() -> None:
    command = ["sh", "-c", f"trap '' HUP; exec {sys.executable} {APP} 0.035"]
    with TerminalProgram(command, cwd=ROOT) as app:
        app.wait_for("last=ready")
        app.hang_up()
        assert app.wait_end() == 0


def test_a_fault_in_the_input_thread_is_the_apps_to_handle() -> None:
    with TerminalProgram([sys.executable, str(APP), "broken"], cwd=ROOT) as app:
        app.wait_for("last=ready")
        app.send(b"91110108MA00")
        assert app.wait_end() == 5
        assert "heard RuntimeError" in app.text
        assert b"MA00" not in app.output


async def test_an_app_without_a_framer_is_told_so() -> None:
    with pytest.raises(TuiError) as failure:
        KioskDriver(App())
    assert failure.value.code == "terminal.no_framer"
