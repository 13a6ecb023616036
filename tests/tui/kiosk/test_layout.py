"""Nothing that a visitor is to read is cut off, hidden behind an edge, or has to be scrolled to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
from textual.pilot import Pilot

from invoices.check import Check
from invoices.claim import Claim
from invoices.face import Details, details_of
from invoices.kinds import Field, Kind
from invoices.verdict import Source, State, Verdict
from tests.tui.kiosk.scenes import app_of, settled, until
from tests.tui.kiosk.unseen import faults
from tests.tui.scripted_ports import CATALOGUES, FACE, FixedClock, Kiosk, ScriptedSlips, check_of
from tui.kiosk.ports import Refused, SlipShown, SlipState
from tui.kiosk.result_facts import result_text
from tui.kiosk.result_plan import Room
from tui.kiosk.screens.result import ResultScreen
from tui.kiosk.slip_words import OURS, REASONS
from tui.kiosk.wording import Wording

SIZES = ((80, 24), (100, 30), (160, 50))


async def resized(pilot: Pilot[None], size: tuple[int, int]) -> None:
    if app_of(pilot).size != size:
        await pilot.resize_terminal(*size)
        await settled(pilot)


LONGEST = replace(
    details_of(FACE),
    kind=Kind.PAPER_USED_CAR,
    code="",
    number="24112000000048542163",
    net=123_456_789_012,
    total=134_567_890_123,
    seller_name="北京晴川示例新能源汽车销售服务（集团）股份有限公司朝阳第二分公司",
)
ASKED_KINDS = (Kind.SPECIAL, Kind.E_ORDINARY, Kind.DIGITAL_ORDINARY, Kind.BLOCKCHAIN, Kind.UNKNOWN)


def every_check() -> Iterator[Check]:
    """Each verdict, state, source and kind of advice; matches with short and with long details."""
    for state, source, details in product(State, Source, (details_of(FACE), LONGEST)):
        yield check_of(Verdict.MATCH, state, source=source, details=details)
        yield pack_with_amount(state, details)
    for verdict, kind in product(Verdict, ASKED_KINDS):
        if verdict is not Verdict.MATCH:
            yield check_of(verdict, claim=Claim(kinds=(kind,)))


def pack_with_amount(state: State, details: Details) -> Check:
    """A pack's match of a kind whose amount it compares is told in other words."""
    check = check_of(Verdict.MATCH, state, source=Source.PACK, details=details)
    compared = (Field.CODE, Field.NUMBER, Field.ISSUED_ON, Field.AMOUNT)
    return replace(check, outcome=replace(check.outcome, compared=compared))


@pytest.mark.parametrize("paper", [True, False], ids=["slip", "no_slip"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_there_is_a_plan_for_every_answer_on_the_smallest_terminal(
    language: str, paper: bool
) -> None:
    wording = Wording(language, CATALOGUES.translator(language), FixedClock())
    room = Room(*SIZES[0])
    for check in every_check():
        text = result_text(check, wording, paper=paper)
        assert next(room.fitting(text), None) is not None, check.outcome


@pytest.mark.parametrize("theme", ["default", "contrast"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_what_is_planned_to_fit_does_fit(language: str, theme: str) -> None:
    async with Kiosk().app(language, theme).run_test(size=SIZES[0]) as pilot:
        await until(pilot, lambda: app_of(pilot).ports is not None)
        for check in some_checks():
            await answered(pilot, check)
            assert faults(app_of(pilot).screen) == [], check.outcome


def some_checks() -> Iterator[Check]:
    """Each answer once, and those that say most."""
    for state in State:
        yield check_of(Verdict.MATCH, state)
        yield check_of(Verdict.MATCH, state, source=Source.PACK, details=LONGEST)
    for verdict in Verdict:
        if verdict is not Verdict.MATCH:
            yield check_of(verdict)


async def answered(pilot: Pilot[None], check: Check) -> None:
    """The result of the check is the page, and painted."""
    app = app_of(pilot)
    page = ResultScreen(app, check)
    app.show(page)
    await until(pilot, lambda: app.screen is page and bool(page.query("#proof")))
    await pilot.pause()


SLIPS = [
    *(SlipShown(state) for state in SlipState),
    *(
        SlipShown(state, reason)
        for state in (SlipState.WAITING, SlipState.FAILED)
        for reason in (*REASONS, OURS)
    ),
]


@pytest.mark.parametrize("source", [Source.REGISTRY, Source.PACK])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_what_is_known_of_the_slip_fits_beside_the_code_and_without_it(
    language: str, source: Source
) -> None:
    slips = ScriptedSlips(first=Refused("printing.no_slip"))
    async with Kiosk(slips=slips).app(language).run_test(size=SIZES[0]) as pilot:
        await until(pilot, lambda: app_of(pilot).ports is not None)
        await answered(pilot, check_of(Verdict.MATCH, State.NORMAL, source=source))
        await pilot.press("p")
        await settled(pilot)
        assert faults(app_of(pilot).screen) == []
        for slip in SLIPS:
            slips.tell(slip)
            await pilot.pause()
            assert faults(app_of(pilot).screen) == [], slip


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_another_look_and_another_size_are_planned_anew(language: str) -> None:
    kiosk = Kiosk()
    async with kiosk.app(language).run_test(size=SIZES[0]) as pilot:
        await until(pilot, lambda: app_of(pilot).ports is not None)
        await answered(pilot, check_of(Verdict.MATCH, State.RED, source=Source.PACK))
        for size in (*SIZES, (120, 40), (120, 24), (80, 60), SIZES[0]):
            await resized(pilot, size)
            for _ in range(2):
                await pilot.press("f2")
                await settled(pilot)
                assert faults(app_of(pilot).screen) == [], size
