"""An answer of before on the screen: by which source, as of when, and all of it to be seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
from textual.pilot import Pilot

from invoices.advice import PackLimit, advice_for
from invoices.check import Check
from invoices.told import Told
from invoices.verdict import Source, State, Verdict
from tests.tui.kiosk.test_signed_slips import (
    CODE,
    GOOD,
    SAYS,
    ProvingKiosk,
    ScriptedSlipProof,
    doubted,
    shown,
    unknown,
    until,
)
from tests.tui.scripted_ports import (
    CATALOGUES,
    COMPARED,
    NOW,
    RECORD,
    SLIP_SCAN,
    FixedClock,
    Kiosk,
    ScriptedRecords,
    check_of,
)
from tui.kiosk.app import KioskApp
from tui.kiosk.ports import SignedSlip, Summary
from tui.kiosk.screens.notice import Notice, NoticeScreen
from tui.kiosk.screens.record import RecordScreen
from tui.kiosk.screens.result import ResultScreen
from tui.kiosk.signed_slip_words import slip_notice
from tui.kiosk.told_words import summary
from tui.kiosk.wording import Wording
from tui.widgets.emblem import Tone
from tui.widgets.facts import Facts
from tui.widgets.prose import Prose

AS_OF = NOW - timedelta(hours=18)
M, N = Verdict.MATCH, State.NORMAL
LIVE = Told(M, N, Source.REGISTRY, NOW)
PACK = Told(M, N, Source.PACK, AS_OF)
EXPIRED = replace(PACK, outdated=True)
UPSTREAM = Told(M, N, Source.UPSTREAM, NOW)
LOST = Told(M, N)
"""A record of which nobody knows any more on what it rested."""

TOLD = {
    "live": (LIVE, "一致，发票正常", "税务登记库，截至 2026-11-24 10:24"),
    "upstream": (UPSTREAM, "一致，发票正常", "上级查验平台，截至 2026-11-24 10:24"),
    "pack": (PACK, "一致，截至 2026-11-23 16:24 正常", "本机数据，截至 2026-11-23 16:24"),
    "expired": (EXPIRED, "一致，截至 2026-11-23 16:24 正常", "已过有效期"),
    "lost": (LOST, "一致，截至 – 正常", "没有记下"),
    "voided": (
        replace(PACK, state=State.VOIDED),
        "一致，发票已作废",
        "本机数据，截至 2026-11-23 16:24",
    ),
    "altered": (
        Told(Verdict.MISMATCH, None, Source.PACK, AS_OF),
        "不一致",
        "本机数据，截至 2026-11-23 16:24",
    ),
    "newer": (
        Told(Verdict.UNAVAILABLE, None, Source.PACK, AS_OF),
        "暂时无法判断",
        "本机数据，截至 2026-11-23 16:24",
    ),
    "kept": (Told(Verdict.UNAVAILABLE), "暂时无法判断", "未能联网查询"),
    "rule": (Told(Verdict.TOO_OLD), "超过可查年限", "按查验规则判断"),
}
each_answer = pytest.mark.parametrize("name", TOLD)


def wording(language: str = "zh_CN") -> Wording:
    return Wording(language, CATALOGUES.translator(language), FixedClock())


def lines_of(notice: Notice, words: Wording) -> list[str]:
    return [each.text(words) for each in (notice.title, *notice.lines)]


@each_answer
def test_a_slip_and_a_record_number_say_the_same_of_an_answer(name: str) -> None:
    told, result, basis = TOLD[name]
    by_slip = slip_notice(replace(GOOD, says=replace(SAYS, told=told)), wording())
    by_number = summary(Summary(RECORD, NOW, told), wording())
    for notice in (by_slip, by_number):
        first, *rest = lines_of(notice, wording())
        assert notice.tone is Tone.PAST
        assert first.startswith("这是")
        assert first.endswith("的查验记录，不是现在的状态")
        assert any(line.startswith(f"当时的结果：{result}") for line in rest)
        assert basis in "\n".join(rest)
        assert "✔" not in "\n".join(rest)
    assert "自助机 A07" in "\n".join(lines_of(by_slip, wording())) or told.source is not Source.PACK


@each_answer
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_no_key_and_no_place_is_left(name: str, language: str) -> None:
    told = TOLD[name][0]
    words = wording(language)
    for slip in (GOOD, doubted("slip.expired")):
        said = lines_of(slip_notice(replace(slip, says=replace(SAYS, told=told)), words), words)
        said += lines_of(summary(Summary(RECORD, NOW, told), words), words)
        assert not [line for line in said if "told." in line or "record." in line or "{" in line]


# --- on the screen ---------------------------------------------------------------------------

LONG = replace(SAYS, centre="x" * 32, kiosk="y" * 32, record="ABCDEF-261124-9999999")
SLIPS: list[SignedSlip] = [
    *(replace(GOOD, says=replace(SAYS, told=TOLD[name][0])) for name in ("live", "newer")),
    replace(GOOD, says=replace(LONG, told=EXPIRED)),
] + [
    made(fault, replace(LONG, told=EXPIRED))
    for made, fault in (
        (doubted, "slip.unsigned"),
        (doubted, "slip.expired"),
        (doubted, "slip.revoked"),
        (unknown, "slip.trust_expired"),
        (unknown, "slip.revocation_unknown"),
    )
]
"""The longest that is said of each: of an expired pack, by names as long as there are."""

SIZES = [(80, 24), (160, 50)]


def of_pack(told: Told) -> Check:
    """A check that a pack answered, as the kiosk keeps it."""
    check = check_of(M, N, source=Source.PACK)
    limit = PackLimit.OUTDATED if told.outdated else None
    kind = None if check.claim is None else check.claim.kind
    advice = advice_for(M, N, kind=kind, source=Source.PACK, compared=COMPARED, limit=limit)
    outcome = replace(check.outcome, as_of=told.as_of, advice=advice, details=None)
    assert outcome.told == told
    return replace(check, outcome=outcome)


def gone(pilot: Pilot[None]) -> list[str]:
    """What of the page's sentences does not stand on the screen as a whole."""
    screen = pilot.app.screen
    seen = shown(pilot)
    lines = [line for prose in screen.query(Prose) for line in prose.render().plain.split("\n")]
    lines += [line for facts in screen.query(Facts) for line in facts.render().plain.split("\n")]
    return [line for line in lines if line.strip() and line.strip() not in seen]


async def started(pilot: Pilot[None]) -> KioskApp:
    kiosk = cast(KioskApp, pilot.app)
    await until(pilot, lambda: kiosk.ports is not None)
    return kiosk


def says(notice: Notice) -> Callable[[object], bool]:
    return lambda at: isinstance(at, NoticeScreen) and at.notice == notice


async def page(pilot: Pilot[None], scan: bytes, fits: Callable[[object], bool]) -> None:
    """Scan, and wait for the page that belongs to it."""
    kiosk = cast(KioskApp, pilot.app)
    kiosk.receive_scan(scan)
    await until(pilot, lambda: fits(kiosk.screen))
    await pilot.pause()


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("size", SIZES)
async def test_all_that_a_slip_says_stands_on_the_screen(
    size: tuple[int, int], language: str
) -> None:
    proof = ScriptedSlipProof(GOOD)
    async with ProvingKiosk(proof=proof).app(language).run_test(size=size) as pilot:
        await started(pilot)
        for number, slip in enumerate(SLIPS):
            proof.slip = slip
            notice = slip_notice(slip, wording(language))
            # Another text each time: a scanner that rests on a code is heard once.
            await page(pilot, f"{CODE}{number}".encode(), says(notice))
            await until(pilot, lambda: gone(pilot) == [])


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("told", [PACK, EXPIRED])
async def test_our_own_slip_of_a_pack_is_no_plain_normal(
    size: tuple[int, int], language: str, told: Told
) -> None:
    check = of_pack(told)
    proof = ScriptedSlipProof(replace(GOOD, check=check, says=replace(SAYS, told=told)))
    async with ProvingKiosk(proof=proof).app(language).run_test(size=size) as pilot:
        await started(pilot)
        await page(pilot, CODE.encode(), lambda at: isinstance(at, RecordScreen))
        await until(pilot, lambda: gone(pilot) == [])
        text = shown(pilot)
        assert "发票正常" not in text
        assert "is valid" not in text
        # In the result of then, and in its source.
        assert text.count("2026-11-23") >= 2


async def test_a_fresh_answer_of_a_pack_is_said_as_on_its_paper() -> None:
    """Only the headline of a pack in its time is plain, and the source beside it is not."""
    kiosk = Kiosk()
    assert kiosk.checks is not None
    kiosk.checks.answer = of_pack(PACK)
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await started(pilot)
        await page(
            pilot,
            b"01,10,011002600111,12345678,91.59,20261103,04539546210006479666,",
            lambda at: isinstance(at, ResultScreen),
        )
        await until(pilot, lambda: "本机数据，截至 2026-11-23" in shown(pilot))
        assert "16:24" in shown(pilot)  # on a line of its own where the terminal is narrow
        assert "一致，发票正常" in shown(pilot)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("size", SIZES)
async def test_all_that_a_record_number_says_stands_on_the_screen(
    size: tuple[int, int], language: str
) -> None:
    records = ScriptedRecords()
    async with Kiosk(records=records).app(language).run_test(size=size) as pilot:
        await started(pilot)
        for letter, name in zip(b"ABCD", ("live", "expired", "lost", "kept"), strict=True):
            found = Summary(RECORD, NOW, TOLD[name][0])
            records.found = found
            another = SLIP_SCAN[:-1] + bytes([letter])
            await page(pilot, another, says(summary(found, wording(language))))
            await until(pilot, lambda: gone(pilot) == [])


async def test_a_language_chosen_later_sets_the_lines_anew() -> None:
    slip = unknown("slip.trust_expired", replace(LONG, told=EXPIRED))
    async with ProvingKiosk(proof=ScriptedSlipProof(slip)).app().run_test(size=(80, 24)) as pilot:
        await started(pilot)
        await page(pilot, CODE.encode(), lambda at: isinstance(at, NoticeScreen))
        await pilot.press("f3")
        async with asyncio.timeout(10):
            while "Cannot tell" not in shown(pilot) or gone(pilot):
                await pilot.pause()
