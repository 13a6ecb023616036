from __future__ import annotations

import asyncio

import pytest

from invoices.claim import from_qr
from invoices.kinds import Field
from invoices.qr import read
from invoices.verdict import State, Verdict
from tests.tui.kiosk.scenes import CHAIN, SCENES, app_of, play, settled, shows, until
from tests.tui.scripted_ports import (
    RECORD,
    SCAN,
    SLIP_SCAN,
    TOKEN,
    Kiosk,
    ScriptedChecks,
    ScriptedRecords,
    check_of,
)
from tui.kiosk.ports import Entry, Refused
from tui.kiosk.screens.record import RecordScreen
from tui.kiosk.screens.verify import VerifyScreen
from tui.terminal.messages import ScanReceived

OTHER_SCAN = b"01,32,,26112000000048542163,166.84,20261103,,"


@pytest.mark.parametrize(
    "name", [name for name in SCENES if name not in {"out_of_service", "checking", "preparing"}]
)
async def test_a_scan_is_checked_on_every_screen_whatever_has_focus(name: str) -> None:
    scene = SCENES[name]
    kiosk = scene.kiosk()
    if kiosk.checks is None:
        kiosk.checks = ScriptedChecks(check_of(Verdict.MATCH, State.NORMAL))
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, scene)
        kiosk.checks.answer = check_of(Verdict.MISMATCH)
        await pilot.press("tab")
        asked = kiosk.checks.asked
        before = len(asked)
        app_of(pilot).post_message(ScanReceived(OTHER_SCAN, 0.0))
        await until(pilot, lambda: len(asked) == before + 1)
        await shows(pilot, "ResultScreen")
        claim, entry = asked[-1]
        assert claim == from_qr(read(OTHER_SCAN.decode()))
        assert entry is Entry.SCAN
        assert not kiosk.faults


async def test_out_of_service_takes_no_scans() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test() as pilot:
        await play(pilot, kiosk, SCENES["out_of_service"])
        app_of(pilot).receive_scan(SCAN)
        await settled(pilot)
        assert kiosk.checks is not None
        assert not kiosk.checks.asked
        assert type(app_of(pilot).screen).__name__ == "OutOfServiceScreen"


async def test_a_scan_before_the_kiosk_is_ready_is_kept() -> None:
    kiosk = Kiosk(gate=asyncio.Event())
    assert kiosk.gate is not None
    async with kiosk.app().run_test() as pilot:
        await settled(pilot)
        app_of(pilot).receive_scan(SCAN)
        await settled(pilot)
        kiosk.gate.set()
        await shows(pilot, "ResultScreen")


async def test_while_one_check_runs_the_latest_other_scan_waits() -> None:
    kiosk = Kiosk()
    assert kiosk.checks is not None
    kiosk.checks.gate = asyncio.Event()
    async with kiosk.app().run_test() as pilot:
        app = app_of(pilot)
        await until(pilot, lambda: app.ports is not None)
        app.receive_scan(SCAN)
        await shows(pilot, "CheckingScreen")
        app.receive_scan(SCAN)  # a scanner on a stand reads it again
        app.receive_scan(b"lost to the later one")
        app.receive_scan(OTHER_SCAN)
        kiosk.checks.gate.set()
        await until(pilot, lambda: kiosk.checks is not None and len(kiosk.checks.asked) == 2)
        await shows(pilot, "ResultScreen")
        numbers = [claim.number for claim, _ in kiosk.checks.asked]
        assert numbers == ["12345678", "26112000000048542163"]


async def test_a_quick_answer_never_shows_the_waiting_screen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kiosk = Kiosk()
    seen: list[str] = []
    async with kiosk.app().run_test() as pilot:
        app = app_of(pilot)
        await until(pilot, lambda: app.ports is not None)
        app.screen_change_signal.subscribe(
            app.screen_stack[0], lambda screen: seen.append(type(screen).__name__), immediate=True
        )
        app.receive_scan(SCAN)
        await shows(pilot, "ResultScreen")
    assert "CheckingScreen" not in seen
    assert "ResultScreen" in seen


async def test_an_endless_check_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.kiosk.reception.BOUND", 0.5)
    kiosk = Kiosk()
    assert kiosk.checks is not None
    kiosk.checks.gate = asyncio.Event()
    async with kiosk.app().run_test() as pilot:
        await until(pilot, lambda: app_of(pilot).ports is not None)
        app_of(pilot).receive_scan(SCAN)
        await shows(pilot, "NoticeScreen")


async def test_a_blockchain_scan_asks_for_the_rest_and_keeps_what_it_gave() -> None:
    kiosk = Kiosk()
    assert kiosk.checks is not None
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app_of(pilot).ports is not None)
        app_of(pilot).receive_scan(CHAIN)
        await shows(pilot, "VerifyScreen")
        answers = {
            Field.CODE: "144031809110",
            Field.ISSUED_ON: "20261103",
            Field.AMOUNT: "70",
            Field.CHECK_CODE: "a1b2c",
            Field.SELLER_TAX_ID: "91110108MA01G0FB09",
        }
        asked: list[Field] = []
        for _ in range(len(answers)):
            screen = app_of(pilot).screen
            if not isinstance(screen, VerifyScreen):
                break
            asked.append(screen.walk.field)
            await pilot.press(*answers[screen.walk.field], "enter")
            await settled(pilot)
        await shows(pilot, "ResultScreen")
        claim, entry = kiosk.checks.asked[-1]
        assert (claim.number, claim.code, entry) == ("30532037", "144031809110", Entry.SCAN)
        assert Field.NUMBER not in asked
        assert claim.missing == ()


async def test_a_code_that_contradicts_itself_is_checked_only_when_told_to() -> None:
    kiosk = Kiosk()
    assert kiosk.checks is not None
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, SCENES["doubtful_code"])
        assert not kiosk.checks.asked
        await pilot.press("enter")
        await shows(pilot, "ResultScreen")
        assert [claim.number for claim, _ in kiosk.checks.asked] == ["12345678"]


@pytest.mark.parametrize("key", ["p", "P"])
async def test_a_slip_shows_its_record_without_printing_again(key: str) -> None:
    found = check_of(Verdict.MATCH, State.VOIDED)
    kiosk = Kiosk(records=ScriptedRecords(found))
    assert kiosk.records is not None
    assert kiosk.slips is not None
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app_of(pilot).ports is not None)
        app_of(pilot).receive_scan(SLIP_SCAN)
        await shows(pilot, "RecordScreen")
        assert kiosk.records.asked == [(RECORD, TOKEN)]
        screen = app_of(pilot).screen
        assert isinstance(screen, RecordScreen)
        assert screen.check is found
        assert kiosk.slips.printed == []
        await pilot.press(key)
        await until(pilot, lambda: kiosk.slips is not None and kiosk.slips.printed == [RECORD])


@pytest.mark.parametrize("missing", ["checks", "records"])
async def test_what_the_kiosk_does_not_do_is_said(missing: str) -> None:
    kiosk = Kiosk(checks=None) if missing == "checks" else Kiosk(records=None)
    async with kiosk.app().run_test() as pilot:
        await until(pilot, lambda: app_of(pilot).ports is not None)
        app_of(pilot).receive_scan(SCAN if missing == "checks" else SLIP_SCAN)
        await shows(pilot, "NoticeScreen")


async def test_a_refusal_is_said_and_typing_is_offered() -> None:
    kiosk = Kiosk(checks=ScriptedChecks(Refused("tui.timeout")))
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, SCENES["refused"])
        await pilot.press("enter")
        await shows(pilot, "VerifyScreen")


async def test_bare_numbers_answer_the_questions_of_a_screen_that_asks() -> None:
    """Barcodes of the printed numbers, or typing that a busy machine delivers in bursts."""
    kiosk = Kiosk()
    assert kiosk.checks is not None
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "1")
        await shows(pilot, "VerifyScreen")
        await pilot.press("0", "1", "1", "0")
        for burst in (b"02600111", b"12345678", b"2026-11-03", b"479666"):
            app_of(pilot).post_message(ScanReceived(burst, 0.0))
        await shows(pilot, "ResultScreen")
        claim, entry = kiosk.checks.asked[-1]
        assert (claim.code, claim.number) == ("011002600111", "12345678")
        assert (claim.check_code, entry) == ("479666", Entry.TYPED)


@pytest.mark.parametrize("over", ["LeavingScreen", "HelpScreen", "both"])
async def test_a_number_answers_from_under_what_lies_over_the_question(over: str) -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app_of(pilot).ports is not None)
        await pilot.press("space", "1")
        await shows(pilot, "VerifyScreen")
        app_of(pilot).receive_scan(b"011002600111")
        await settled(pilot)
        if over != "LeavingScreen":
            await pilot.press("f1")
            await shows(pilot, "HelpScreen")
        if over != "HelpScreen":
            for _ in range(48):
                app_of(pilot).second_passed()
            await shows(pilot, "LeavingScreen")
        app_of(pilot).receive_scan(b"12345678")
        await shows(pilot, "VerifyScreen")
        screen = app_of(pilot).screen
        assert isinstance(screen, VerifyScreen)
        await until(pilot, lambda: screen.walk.field is Field.ISSUED_ON)
        assert (screen.walk.claim.code, screen.walk.claim.number) == ("011002600111", "12345678")


async def test_a_number_too_short_for_its_field_waits_for_the_rest() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app_of(pilot).ports is not None)
        await pilot.press("space", "1")
        await shows(pilot, "VerifyScreen")
        app_of(pilot).receive_scan(b"01100260")
        await settled(pilot)
        screen = app_of(pilot).screen
        assert isinstance(screen, VerifyScreen)
        assert (screen.walk.field, screen.walk.text) == (Field.CODE, "01100260")


@pytest.mark.parametrize("scan", [b"12345678", b"1" * 21, b"12345678x", b" "])
async def test_elsewhere_and_otherwise_a_number_is_no_code_of_an_invoice(scan: bytes) -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app_of(pilot).ports is not None)
        await pilot.press("space")
        if scan != b"12345678":
            await pilot.press("1")
            await shows(pilot, "VerifyScreen")
        app_of(pilot).receive_scan(scan)
        await shows(pilot, "NoticeScreen")
