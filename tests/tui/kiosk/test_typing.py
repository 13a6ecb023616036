from __future__ import annotations

from datetime import date

import pytest
from textual.dom import DOMNode
from textual.widgets import Static

from invoices.claim import Claim
from invoices.kinds import Kind
from invoices.verdict import Verdict
from tests.tui.kiosk.scenes import SCENES, app_of, play, settled, shows, typed
from tests.tui.scripted_ports import RECORD, Kiosk, ScriptedChecks, check_of
from tui.kiosk.amount_names import AmountName, amount_name
from tui.kiosk.ports import Entry
from tui.kiosk.screens.verify import VerifyScreen
from tui.widgets.target import Target
from tui.widgets.typed_text import TypedText

E_ORDINARY = ("011002600111", "12345678", "20261103", "479666")
SPECIAL = ("1100203130", "12345678", "20261103", "91.59")
DIGITAL = ("26112000000048542163", "20261103", "103.50")


@pytest.mark.parametrize(
    ("answers", "kind"),
    [(E_ORDINARY, Kind.E_ORDINARY), (SPECIAL, Kind.SPECIAL), (DIGITAL, Kind.DIGITAL_ORDINARY)],
)
async def test_only_the_fields_this_invoice_needs_are_asked(
    answers: tuple[str, ...], kind: Kind
) -> None:
    kiosk = Kiosk()
    assert kiosk.checks is not None
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await typed(*answers)(pilot, kiosk)
        await pilot.press("enter")
        await shows(pilot, "ResultScreen")
        claim, entry = kiosk.checks.asked[-1]
        assert claim.kind is kind
        assert claim.issued_on == date(2026, 11, 3)
        assert claim.missing == ()
        assert entry is Entry.TYPED


async def test_the_keypad_alone_is_enough() -> None:
    kiosk = Kiosk()
    assert kiosk.checks is not None
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "1")
        await shows(pilot, "VerifyScreen")
        for answer in E_ORDINARY:
            for sign in answer:
                await press_key(pilot, f"sign:{sign}")
            await press_key(pilot, "go_on")
            await settled(pilot)
        await shows(pilot, "ResultScreen")
        assert kiosk.checks.asked[-1][0].check_code == "479666"


async def press_key(pilot: object, action: str) -> None:
    from textual.pilot import Pilot

    assert isinstance(pilot, Pilot)
    key = next(
        key
        for key in pilot.app.screen.query("Keypad Target").results(Target)
        if key.action == action
    )
    assert await pilot.click(key)


async def test_erase_and_clear() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await typed("0110")(pilot, kiosk)
        screen = app_of(pilot).screen
        assert isinstance(screen, VerifyScreen)
        await press_key(pilot, "erase")
        await pilot.pause()
        assert screen.walk.text == "011"
        await pilot.press("backspace")
        assert screen.walk.text == "01"
        await press_key(pilot, "clear")
        await pilot.pause()
        assert screen.walk.text == ""


async def test_what_cannot_be_right_is_said_while_typing_and_does_not_go_on() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, SCENES["verify_date_future"])
        hint = app_of(pilot).screen.query_one("#hint", Static)
        assert "不能晚于今天" in str(hint.content)
        assert hint.has_class("-wrong")
        await pilot.press("enter")
        await settled(pilot)
        screen = app_of(pilot).screen
        assert isinstance(screen, VerifyScreen)
        assert screen.walk.field == "issued_on"


async def test_back_goes_one_field_back_and_says_where_to() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await typed("011002600111", "12345678", "2026")(pilot, kiosk)
        screen = app_of(pilot).screen
        assert isinstance(screen, VerifyScreen)
        assert "返回号码" in foot(screen)
        await pilot.press("escape")
        await settled(pilot)
        assert (screen.walk.field, screen.walk.text) == ("number", "12345678")
        await pilot.press("escape")
        await settled(pilot)
        assert (screen.walk.field, screen.walk.text) == ("code", "011002600111")
        assert "返回首页" in foot(screen)
        await pilot.press("escape")
        await shows(pilot, "HomeScreen")


def said(screen: DOMNode, part: str) -> str:
    return str(screen.query_one(part, Static).content)


async def test_the_first_question_takes_a_code_or_a_number_and_says_so() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await typed("")(pilot, kiosk)
        screen = app_of(pilot).screen
        assert said(screen, "#question") == "请输入发票代码或发票号码"
        assert "▶ 发票代码" in said(screen, "#paper")
        assert "▶ 代码或号码" in said(screen, "#paper")
        await pilot.press(*DIGITAL[0], "enter")
        await settled(pilot)
        assert said(screen, "#question") == "请输入开票日期"
        assert "返回代码或号码" in foot(screen)


KIND_NAMES = {
    ("26112000000048542163", "20261103"): "价税合计",
    ("1100203130", "12345678", "20261103"): "金额",
    ("011001700117", "12345678", "20261103"): "车价合计",
    ("144031621160", "12345678", "20261103"): "不含税价",
}


@pytest.mark.parametrize(("answers", "name"), KIND_NAMES.items())
async def test_the_amount_is_called_as_it_stands_on_that_paper(
    answers: tuple[str, ...], name: str
) -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await typed(*answers, "")(pilot, kiosk)
        screen = app_of(pilot).screen
        assert isinstance(screen, VerifyScreen)
        assert screen.walk.field == "amount"
        assert name in said(screen, "#question")
        assert f"▶ {name}" in said(screen, "#paper")


def test_each_kind_that_is_checked_by_an_amount_has_its_name() -> None:
    names = {kind: amount_name(Claim(kinds=(kind,))) for kind in Kind}
    assert names[Kind.RAIL] is AmountName.FARE
    assert names[Kind.DIGITAL_SPECIAL] is names[Kind.DIGITAL_ORDINARY] is AmountName.TOTAL
    assert names[Kind.USED_CAR] is names[Kind.DIGITAL_USED_CAR] is AmountName.CAR
    assert names[Kind.SPECIAL] is names[Kind.E_SPECIAL] is AmountName.NET
    assert names[Kind.VEHICLE] is AmountName.PRICE


async def test_the_last_step_is_called_what_it_does() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await typed(*DIGITAL[:2])(pilot, kiosk)
        screen = app_of(pilot).screen
        assert "Enter  下一步" in foot(screen)
        await pilot.press("enter", *DIGITAL[2])
        await settled(pilot)
        assert "Enter  查验" in foot(screen)
        assert "【查验】" in said(screen, "#hint")
        await press_key(pilot, "go_on")
        await shows(pilot, "ResultScreen")


@pytest.mark.parametrize("typed_date", ["2019", "20211123"])
async def test_a_date_that_no_check_goes_back_to_is_refused_where_it_is_typed(
    typed_date: str,
) -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await typed("011002600111", "12345678", typed_date)(pilot, kiosk)
        screen = app_of(pilot).screen
        assert isinstance(screen, VerifyScreen)
        assert "2021-11-24" in said(screen, "#hint")
        assert screen.query_one("#hint").has_class("-wrong")
        await pilot.press("enter")
        await settled(pilot)
        assert screen.walk.field == "issued_on"


@pytest.mark.parametrize("spelling", ["A032611240127", "a03-261124-0127"])
async def test_a_record_number_needs_no_hyphens(spelling: str) -> None:
    kiosk = Kiosk()
    assert kiosk.records is not None
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "2", *spelling)
        await shows(pilot, "HistoryScreen")
        await settled(pilot)
        assert app_of(pilot).screen.query_one(TypedText)._text == RECORD
        await pilot.press("enter")
        await shows(pilot, "NoticeScreen")
        assert kiosk.records.asked == [(RECORD, None)]


async def test_large_keys_have_large_digits() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(160, 50)) as pilot:
        await typed("")(pilot, kiosk)
        keys = {
            key.action: key for key in app_of(pilot).screen.query("Keypad Target").results(Target)
        }
        assert str(keys["sign:5"].content).count("\n") == 2
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert str(keys["sign:5"].content) == "5"


def foot(screen: DOMNode) -> str:
    return " ".join(str(target.content) for target in screen.query("Foot Target").results(Target))


@pytest.mark.parametrize("key", ["e", "E"])
async def test_after_a_mismatch_the_answers_are_offered_again(key: str) -> None:
    kiosk = Kiosk(checks=ScriptedChecks(check_of(Verdict.MISMATCH)))
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, SCENES["result_mismatch"])
        await pilot.press(key)
        await shows(pilot, "VerifyScreen")
        screen = app_of(pilot).screen
        assert isinstance(screen, VerifyScreen)
        # At the doubtful field, the answers before it behind it.
        offered = [screen.walk.text]
        for _ in range(3):
            await pilot.press("escape")
            await settled(pilot)
            offered.append(screen.walk.text)
        assert offered == ["479666", "2026-11-03", "12345678", "011002600111"]


async def test_a_pasted_number_is_taken_in_plain_digits() -> None:
    from textual.events import Paste

    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await typed("")(pilot, kiosk)
        app_of(pilot).screen.post_message(Paste("０１１ 0026[/]00111\x1b"))
        await settled(pilot)
        screen = app_of(pilot).screen
        assert isinstance(screen, VerifyScreen)
        assert screen.walk.text == "011002600111"
