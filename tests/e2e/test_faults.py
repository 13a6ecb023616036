"""Killed, restarted, lied to and scanned at with anything: the kiosk says so and goes on."""

from __future__ import annotations

import asyncio
import re
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from invoices.face import Face
from invoices.qr_writer import write_face
from invoices.verdict import State, Verdict
from kiosk.demo.stage import Stage
from tests.e2e.visitor import SECONDS, Visitor, code_on, kiosk
from tests.kiosk.faulty_server import faulty, good, http

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("stage", ["sqlite"], indirect=True)]

BACK_WITHIN = 5.0
LIMIT = 10_000


def test_a_killed_screen_is_back_within_five_seconds_with_its_records(
    visitor: Visitor, faces: Iterator[Face]
) -> None:
    face = next(faces)
    visitor.scans(write_face(face))
    record = visitor.told(Verdict.MATCH, State.NORMAL)
    visitor.sees(visitor.text("slip.printed"))
    code = code_on(visitor.slip(record))

    killed, begun = visitor.screen_process(), time.monotonic()
    killed.kill()
    visitor.sees_no(face.seller_name)
    visitor.sees(visitor.text("attract.title"))
    assert time.monotonic() - begun < BACK_WITHIN
    assert visitor.screen_process().pid != killed.pid

    visitor.scans(code)
    screen = visitor.shown(record, Verdict.MATCH, State.NORMAL)
    assert face.seller_name in screen
    visitor.slip(record)
    visitor.leaves()


def test_a_screen_that_dies_again_and_again_shows_a_notice_in_both_languages(
    stage: Stage,
) -> None:
    with kiosk(stage, "A31") as visitor:
        for _ in range(2):
            start = len(visitor.terminal.output)
            visitor.screen_process().send_signal(signal.SIGABRT)
            for notice in ("本机暂停服务，请到人工窗口。", "This kiosk is out of service."):
                visitor.terminal.wait_output(notice.encode(), start=start, deadline=SECONDS)
            visitor.sees(visitor.text("attract.how"))
        assert b"Traceback" not in visitor.terminal.output
        assert b"Fatal Python error" not in visitor.terminal.output
        visitor.terminal.terminate()


def test_sigterm_leaves_the_terminal_as_it_was(stage: Stage, faces: Iterator[Face]) -> None:
    face = next(faces)
    with kiosk(stage, "A32") as visitor:
        visitor.scans(write_face(face))
        visitor.told(Verdict.MATCH, State.NORMAL)
        assert not visitor.terminal.echoes()
        assert visitor.terminal.terminate(SECONDS) == 0
        assert visitor.terminal.echoes()
        assert visitor.terminal.cursor_shown
        end = visitor.terminal.output[-2000:]
        for mode in (b"?1049l", b"?1003l", b"?1006l", b"?2004l"):
            assert mode in end, mode
        assert face.seller_name not in visitor.terminal.text


def test_a_server_that_restarts_during_checks_costs_no_check(
    stage: Stage, faces: Iterator[Face]
) -> None:
    with kiosk(stage, "A33") as visitor:
        restarts = threading.Thread(target=restart, args=(stage,))
        restarts.start()
        records: list[str] = []
        while restarts.is_alive() or len(records) < 3:
            visitor.scans(write_face(next(faces)))
            assert visitor.answered(SECONDS)
            records.append(visitor.notes_record())
        restarts.join()
        visitor.waits_for_kept()
        assert visitor.status()["today"] == len(records)
        for record in records[:: len(records) // 3]:
            visitor.leaves()
            visitor.scans(code_on(visitor.slip(record)))
            visitor.shown(record, Verdict.MATCH, State.NORMAL)
        visitor.terminal.terminate()


def restart(stage: Stage) -> None:
    stage.stop_server()
    stage.start_server()


NONSENSE: list[str | bytes] = [
    http("200 OK", b"<html>captive portal</html>", "text/html"),
    http("200 OK", b'{"verdict": "match"}'),
    good(verdict="genuine"),
    http("500 Internal Server Error", b"Traceback [bold]boom[/bold] \x1b[2J"),
    http("302 Found", b"", extra="Location: http://127.0.0.1:1/\r\n"),
    http("200 OK", b"[" * 60_000),
    b"\x00\xff\x1b[2J not http\r\n\r\n",
    "close",
    "reset",
    "hang",
    "drip",
    "endless",
]


def test_a_server_that_talks_nonsense_is_no_verdict_and_the_check_waits_for_a_better_one(
    stage: Stage, faces: Iterator[Face]
) -> None:
    listen = re.search(r'listen = ".*:(\d+)"', stage.config.read_text(encoding="utf-8"))
    assert listen
    with kiosk(stage, "A34") as visitor:
        stage.stop_server()
        asyncio.run(scanned_at_nonsense(visitor, int(listen[1]), faces))
        stage.start_server()
        visitor.waits_for_kept()
        visitor.terminal.terminate()


async def scanned_at_nonsense(visitor: Visitor, port: int, faces: Iterator[Face]) -> None:
    async with faulty(*NONSENSE[:1], port=port) as server:
        for behaviour in NONSENSE:
            server.behaviours[:] = [behaviour]
            await asyncio.to_thread(nonsense_is_not_shown, visitor, next(faces))


def nonsense_is_not_shown(visitor: Visitor, face: Face) -> None:
    visitor.scans(write_face(face))
    visitor.told(Verdict.UNAVAILABLE)
    for word in ("captive", "boom", "Traceback", face.seller_name):
        assert word not in visitor.terminal.text


HOSTILE = {
    "markup": b"[bold red]match[/] [@click=app.quit]x[/] [link=file:///etc/passwd]y[/link]",
    "unbalanced": b"[/][/bold][[[[]]]]\\[[red",
    "escapes": b"\x1b[2J\x1b]0;owned\x07\x1b[?1049l\x1bc0123456789",
    "quit keys": b"\x03\x11\x1a\x1c\x04\x10\x0101,10,ab",
    "gbk": "发票代码１２３４５６７８，金额：壹佰圆整".encode("gb18030"),
    "half a character": "发票代码发票代码".encode("gb18030")[:-1],
    "latin": bytes(range(0xA0, 0x100)),
    "nul": b"01,32,\x00,\x00\x00\x00\x0024122000000123456789,1,\x00",
    "commas": b"," * 60,
    "sql": b"01,10,011002600111,1' OR '1'='1,91.59,20261103,'; DROP TABLE checks;--,",
    "template": b"{number} {0.__class__} %s %n ${HOME} $(reboot)",
    "bidi": "01,32,\u202e\u2066,24122000000123456789\u200b,１,２０２６".encode(),
    "a slip of nobody": b"YPR:A03-261124-9999:AAAAAAAAAAAAAAAAAAAA",
    "a damaged slip": b"YPR:A03-261124-9:[bold]",
    "far away": b"https://bcfp.shenzhen.chinatax.gov.cn.evil.example/verify?hash=" + b"a" * 66,
    "long": b"01,32,," + b"9" * LIMIT,
    "longer than long": "发票[red]".encode() * LIMIT,
    "digits": b"12345678901234567890",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_scan_changes_nothing(visitor: Visitor, name: str) -> None:
    visitor.goes_home()
    process = visitor.screen_process()
    visitor.terminal.send(b"\x02" + HOSTILE[name] + b"\r")
    visitor.sees_no(visitor.text("home.invitation"))
    visitor.goes_home()
    assert visitor.screen_process().pid == process.pid
    assert b"owned" not in visitor.terminal.output
    assert b"Traceback" not in visitor.terminal.output


def test_after_all_that_it_checks_as_before(visitor: Visitor, faces: Iterator[Face]) -> None:
    visitor.scans(write_face(next(faces)))
    record = visitor.told(Verdict.MATCH, State.NORMAL)
    visitor.slip(record)
    log = (visitor.data / "kiosk.log").read_text(encoding="utf-8")
    assert "fault" not in log
