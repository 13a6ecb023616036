"""One code under the scanner is one check, however often a scanner on a stand reads it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from invoices.verdict import State, Verdict
from tests.tui.kiosk.scenes import CHAIN, app_of, settled, shows, until
from tests.tui.kiosk.test_results import words_on
from tests.tui.kiosk.test_scanning import OTHER_SCAN
from tests.tui.scripted_ports import RECORD, SCAN, SLIP_SCAN, Kiosk, ScriptedChecks, check_of
from tui.kiosk.ports import Ports, Refused
from tui.kiosk.screens.verify import VerifyScreen

THIRD_SCAN = OTHER_SCAN.replace(b"42163", b"42164")
TYPED = ("space", "1", *"011002600111", "enter", *"12345678", "enter", *"20261103", "enter")


async def scanned(pilot: Pilot[None], kiosk: Kiosk, data: bytes = SCAN, after: float = 0.0) -> None:
    """A scan that comes `after` seconds, and whatever comes of it."""
    await until(pilot, lambda: app_of(pilot).ports is not None)
    kiosk.clock.moment += timedelta(seconds=after)
    app_of(pilot).receive_scan(data)
    await settled(pilot)


def checks_of(kiosk: Kiosk) -> int:
    assert kiosk.checks is not None
    return len(kiosk.checks.asked)


def slips_of(kiosk: Kiosk) -> int:
    assert kiosk.slips is not None
    return len(kiosk.slips.printed)


async def test_read_eight_times_it_is_one_check_and_one_slip() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scanned(pilot, kiosk)
        await shows(pilot, "ResultScreen")
        for _ in range(8):
            await scanned(pilot, kiosk, after=0.4)
        assert (checks_of(kiosk), slips_of(kiosk)) == (1, 1)
        assert f"同一个码，还是记录 {RECORD}" in words_on(pilot)


async def test_while_its_answer_stands_it_is_the_same_after_any_pause() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scanned(pilot, kiosk)
        await shows(pilot, "ResultScreen")
        await scanned(pilot, kiosk, after=40)
        assert (checks_of(kiosk), slips_of(kiosk)) == (1, 1)


async def test_another_invoice_goes_at_once_and_the_first_is_new_again_after_it() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        for data in (SCAN, OTHER_SCAN, SCAN):
            await scanned(pilot, kiosk, data, after=0.1)
        await until(pilot, lambda: checks_of(kiosk) == 3)


async def test_a_paper_that_lies_there_brings_no_answer_back_that_was_left() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scanned(pilot, kiosk)
        await shows(pilot, "ResultScreen")
        await pilot.press("escape")
        await shows(pilot, "HomeScreen")
        for _ in range(12):
            await scanned(pilot, kiosk, after=0.5)
        assert checks_of(kiosk) == 1
        assert type(app_of(pilot).screen).__name__ == "HomeScreen"
        await scanned(pilot, kiosk, after=3.1)
        await until(pilot, lambda: checks_of(kiosk) == 2)


async def test_the_next_visitor_gets_no_check_of_a_paper_left_there() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scanned(pilot, kiosk)
        await shows(pilot, "ResultScreen")
        app_of(pilot).leave()
        await shows(pilot, "AttractScreen")
        await scanned(pilot, kiosk, after=0.5)
        assert checks_of(kiosk) == 1
        await scanned(pilot, kiosk, after=3.1)
        await until(pilot, lambda: checks_of(kiosk) == 2)


async def test_a_scanner_that_reads_on_and_on_is_no_sign_of_life() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scanned(pilot, kiosk)
        await shows(pilot, "ResultScreen")
        app = app_of(pilot)
        app.ticker.stop()
        for _ in range(60):
            app.second_passed()
            await scanned(pilot, kiosk, after=1.0)
        await shows(pilot, "AttractScreen")


async def test_what_could_not_be_told_is_asked_again_after_a_pause() -> None:
    kiosk = Kiosk(checks=ScriptedChecks(check_of(Verdict.UNAVAILABLE)))
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scanned(pilot, kiosk)
        await shows(pilot, "ResultScreen")
        await scanned(pilot, kiosk, after=0.5)
        assert checks_of(kiosk) == 1
        await scanned(pilot, kiosk, after=3.1)
        await until(pilot, lambda: checks_of(kiosk) == 2)


async def test_a_check_that_was_not_kept_is_tried_again_at_once() -> None:
    kiosk = Kiosk(checks=ScriptedChecks(Refused("tui.timeout")))
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scanned(pilot, kiosk)
        await shows(pilot, "NoticeScreen")
        await scanned(pilot, kiosk, after=0.2)
        await until(pilot, lambda: checks_of(kiosk) == 2)


async def test_questions_that_a_code_left_open_keep_what_was_typed() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scanned(pilot, kiosk, CHAIN)
        await shows(pilot, "VerifyScreen")
        await pilot.press(*"14403")
        for _ in range(3):
            await scanned(pilot, kiosk, CHAIN, after=5)
        screen = app_of(pilot).screen
        assert isinstance(screen, VerifyScreen)
        assert screen.walk.text == "14403"


async def test_what_was_typed_since_is_no_answer_to_the_code() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scanned(pilot, kiosk)
        await shows(pilot, "ResultScreen")
        await pilot.press("escape")
        await pilot.press(*TYPED, *"479666", "enter")
        await until(pilot, lambda: checks_of(kiosk) == 2)
        await shows(pilot, "ResultScreen")
        await scanned(pilot, kiosk, after=0.2)
        await until(pilot, lambda: checks_of(kiosk) == 3)


async def test_a_slip_read_again_is_looked_up_once() -> None:
    kiosk = Kiosk()
    assert kiosk.records is not None
    kiosk.records.found = check_of(Verdict.MATCH, State.NORMAL)
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scanned(pilot, kiosk, SLIP_SCAN)
        await shows(pilot, "RecordScreen")
        for _ in range(4):
            await scanned(pilot, kiosk, SLIP_SCAN, after=0.5)
        assert len(kiosk.records.asked) == 1


@dataclass
class PatientKiosk(Kiosk):
    """A kiosk of a centre that has set another pause."""

    repeat_seconds: float = 3.0

    async def ports(self) -> Ports:
        return replace(await super().ports(), repeat_seconds=self.repeat_seconds)


@pytest.mark.parametrize(("seconds", "checks"), [(0.0, 2), (10.0, 1)])
async def test_the_pause_is_as_configured(seconds: float, checks: int) -> None:
    kiosk = PatientKiosk(repeat_seconds=seconds)
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scanned(pilot, kiosk)
        await shows(pilot, "ResultScreen")
        await pilot.press("escape")
        await shows(pilot, "HomeScreen")
        await scanned(pilot, kiosk, after=5)
        await until(pilot, lambda: checks_of(kiosk) == checks)


async def test_a_scan_that_waited_goes_with_its_visitor() -> None:
    kiosk = Kiosk()
    assert kiosk.checks is not None
    kiosk.checks.gate = asyncio.Event()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scanned(pilot, kiosk)
        await shows(pilot, "CheckingScreen")
        await scanned(pilot, kiosk, OTHER_SCAN)
        app_of(pilot).leave()
        await shows(pilot, "AttractScreen")
        kiosk.checks.gate.set()
        await settled(pilot)
        assert checks_of(kiosk) == 1
        await scanned(pilot, kiosk, THIRD_SCAN)
        await shows(pilot, "ResultScreen")
        await settled(pilot)
        numbers = [claim.number for claim, _ in kiosk.checks.asked]
        assert numbers == ["12345678", "26112000000048542164"]


async def test_nobody_is_asked_whether_they_are_here_while_their_check_runs() -> None:
    kiosk = Kiosk()
    assert kiosk.checks is not None
    kiosk.checks.gate = asyncio.Event()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        app = app_of(pilot)
        await until(pilot, lambda: app.ports is not None)
        app.ticker.stop()
        await scanned(pilot, kiosk)
        await shows(pilot, "CheckingScreen")
        for _ in range(55):
            app.second_passed()
        await settled(pilot)
        assert type(app.screen).__name__ == "CheckingScreen"
        kiosk.checks.gate.set()
        await shows(pilot, "ResultScreen")
        app.second_passed()
        await shows(pilot, "LeavingScreen")


@dataclass
class RingingKiosk(Kiosk):
    """A kiosk whose scans are heard, or not."""

    bell: bool = True

    async def ports(self) -> Ports:
        return replace(await super().ports(), bell=self.bell)


@pytest.mark.parametrize(
    ("bell", "data", "rings"),
    [(True, SCAN, 1), (True, b"hello, world", 2), (False, SCAN, 0), (False, b"hello", 0)],
)
async def test_the_bell_tells_a_scan_that_was_understood_from_one_that_was_not(
    monkeypatch: pytest.MonkeyPatch, bell: bool, data: bytes, rings: int
) -> None:
    heard: list[str] = []
    kiosk = RingingKiosk(bell=bell)
    app = kiosk.app()
    monkeypatch.setattr(app, "bell", lambda: heard.append("bell"))
    async with app.run_test(size=(80, 24)) as pilot:
        await scanned(pilot, kiosk, data)
        await until(pilot, lambda: len(heard) == rings)
        await scanned(pilot, kiosk, data if data == SCAN else SCAN, after=0.1)
        if data == SCAN:
            await settled(pilot)
            assert len(heard) == rings, "the same paper is heard once"
