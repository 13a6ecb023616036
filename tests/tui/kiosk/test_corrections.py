"""An answer of "no" shows what was asked and how often, and leads to the likeliest slip."""

from __future__ import annotations

from dataclasses import replace

import pytest

from invoices.check import Check
from invoices.claim import Claim, from_fields, from_qr
from invoices.kinds import Field
from invoices.qr import read
from invoices.verdict import Verdict
from tests.tui.kiosk.scenes import SCENES, app_of, play, scan, settled, shows, typed, until
from tests.tui.kiosk.test_results import words_on
from tests.tui.scripted_ports import NOW, SCAN, Kiosk, ScriptedChecks, check_of
from tui.kiosk.correction import correction_walk, doubtful_field
from tui.kiosk.ports import ChecksToday
from tui.kiosk.screens.verify import VerifyScreen

COLOURED = from_qr(read(SCAN.decode()))
DIGITAL = from_fields(number="26112000000048542163", issued_on="2026-11-03", amount="103.50")
SPECIAL = from_fields(code="1100203130", number="12345678", issued_on="2026-11-03", amount="91.59")


def answered(verdict: Verdict, claim: Claim) -> Check:
    return check_of(verdict, claim=claim)


@pytest.mark.parametrize(
    ("verdict", "claim", "field"),
    [
        (Verdict.MISMATCH, COLOURED, Field.CHECK_CODE),
        (Verdict.MISMATCH, DIGITAL, Field.AMOUNT),
        (Verdict.MISMATCH, SPECIAL, Field.AMOUNT),
        (Verdict.NOT_FOUND, COLOURED, Field.NUMBER),
        (Verdict.NOT_FOUND, DIGITAL, Field.CODE),
        (Verdict.TOO_EARLY, SPECIAL, Field.ISSUED_ON),
        (Verdict.BAD_INPUT, DIGITAL, Field.ISSUED_ON),
    ],
)
def test_the_walk_stands_at_the_likeliest_slip_with_the_rest_kept(
    verdict: Verdict, claim: Claim, field: Field
) -> None:
    check = answered(verdict, claim)
    assert doubtful_field(check) is field
    walk = correction_walk(claim, field, NOW.date())
    assert walk.field is field
    assert walk.text, "what was typed there is offered"
    assert len(walk.past) == {Field.CODE: 0, Field.NUMBER: 1}.get(field, len(walk.past))


def test_a_date_of_the_future_is_where_the_walk_stops() -> None:
    tomorrow = replace(DIGITAL, issued_on=NOW.date().replace(day=30))
    assert correction_walk(tomorrow, Field.AMOUNT, NOW.date()).field is Field.ISSUED_ON


async def test_correcting_opens_at_the_check_code() -> None:
    kiosk = Kiosk(checks=ScriptedChecks(check_of(Verdict.MISMATCH)))
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scan(SCAN, then="ResultScreen")(pilot, kiosk)
        await pilot.press("e")
        await shows(pilot, "VerifyScreen")
        screen = app_of(pilot).screen
        assert isinstance(screen, VerifyScreen)
        assert screen.walk.field is Field.CHECK_CODE


@pytest.mark.parametrize("verdict", [Verdict.MISMATCH, Verdict.NOT_FOUND])
async def test_what_was_asked_and_how_often_is_shown(verdict: Verdict) -> None:
    kiosk = Kiosk(checks=ScriptedChecks(check_of(verdict), today=ChecksToday(3, 5)))
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scan(SCAN, then="ResultScreen")(pilot, kiosk)
        text = words_on(pilot)
        for part in ("011002600111 12345678", "2026-11-03", "91.59", "479666"):
            assert part in text
        assert "查了 3 次" in text.replace("\n", "")


async def test_a_match_speaks_of_no_limit() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scan(SCAN, then="ResultScreen")(pilot, kiosk)
        assert "一天最多" not in words_on(pilot)


async def test_a_wrong_date_in_a_code_is_no_slip_of_the_visitors_hand() -> None:
    kiosk = Kiosk(checks=ScriptedChecks(check_of(Verdict.BAD_INPUT)))
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scan(SCAN, then="ResultScreen")(pilot, kiosk)
        text = words_on(pilot)
        assert "码里的日期不对" in text
        assert "填写" not in text


async def test_a_wrong_date_that_was_typed_is_one() -> None:
    kiosk = Kiosk(checks=ScriptedChecks(check_of(Verdict.BAD_INPUT)))
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await typed("011002600111", "12345678", "20261103", "479666")(pilot, kiosk)
        await pilot.press("enter")
        await shows(pilot, "ResultScreen")
        assert "填写的内容不对" in words_on(pilot)


async def test_a_code_that_nobody_can_read_is_named_as_that() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, SCENES["unread"])
        await settled(pilot)
        await until(pilot, lambda: "没有读懂这个码" in words_on(pilot))
        assert "这一步没有完成" not in words_on(pilot)
