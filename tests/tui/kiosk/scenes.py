"""Every screen by name: how a visitor comes to see it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import cast

from textual.pilot import Pilot

from invoices.told import Told
from invoices.verdict import Source, State, Verdict
from tests.tui.scripted_ports import (
    NOW,
    RECORD,
    SCAN,
    SLIP_SCAN,
    Kiosk,
    ScriptedChecks,
    ScriptedRecords,
    ScriptedSlips,
    ScriptedStatus,
    check_of,
)
from tui.kiosk.app import KioskApp
from tui.kiosk.ports import Health, Link, Refused, Sample, SlipShown, SlipState, Summary

Steps = Callable[[Pilot[None], Kiosk], Awaitable[None]]
CHAIN = (
    b"https://bcfp.shenzhen.chinatax.gov.cn/verify/scan?hash="
    + b"01955ef9" * 8
    + b"ab&bill_num=30532037&total_amount=7200"
)


def app_of(pilot: Pilot[None]) -> KioskApp:
    return cast(KioskApp, pilot.app)


async def settled(pilot: Pilot[None]) -> None:
    """All messages handled, all workers done, everything painted."""
    for _ in range(3):
        await pilot.pause()
    checks = app_of(pilot).workers
    waiting = [worker for worker in checks if worker.group in {"ports", "slip"}]
    if waiting and not any(worker.is_cancelled for worker in waiting):
        await pilot.pause()


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Poll for five seconds."""
    for _ in range(500):
        await pilot.pause()
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to that")


async def shows(pilot: Pilot[None], screen: str) -> None:
    """The screen with this class name is the one to see, and composed."""
    await until(
        pilot,
        lambda: (
            type(app_of(pilot).screen).__name__ == screen
            and bool(app_of(pilot).screen.query("Head"))
        ),
    )
    await settled(pilot)


def keys(*pressed: str, then: str) -> Steps:
    async def steps(pilot: Pilot[None], kiosk: Kiosk) -> None:
        del kiosk
        await pilot.press(*pressed)
        await shows(pilot, then)

    return steps


async def nothing(pilot: Pilot[None], kiosk: Kiosk) -> None:
    del kiosk
    await settled(pilot)


def scan(data: bytes, *, then: str) -> Steps:
    async def steps(pilot: Pilot[None], kiosk: Kiosk) -> None:
        del kiosk
        app_of(pilot).receive_scan(data)
        await shows(pilot, then)

    return steps


def typed(*answers: str) -> Steps:
    """From home to the typing screen, each answer but the last confirmed."""

    async def steps(pilot: Pilot[None], kiosk: Kiosk) -> None:
        del kiosk
        await pilot.press("space", "1")
        await shows(pilot, "VerifyScreen")
        for number, answer in enumerate(answers, start=1):
            await pilot.press(*answer)
            if number < len(answers):
                await pilot.press("enter")
                await settled(pilot)
        await settled(pilot)

    return steps


async def checking(pilot: Pilot[None], kiosk: Kiosk) -> None:
    assert kiosk.checks is not None
    kiosk.checks.gate = asyncio.Event()
    app_of(pilot).receive_scan(SCAN)
    await shows(pilot, "CheckingScreen")


async def leaving(pilot: Pilot[None], kiosk: Kiosk) -> None:
    del kiosk
    app_of(pilot).receive_scan(SCAN)
    await shows(pilot, "ResultScreen")
    for _ in range(48):
        app_of(pilot).second_passed()
    await shows(pilot, "LeavingScreen")


async def failed(pilot: Pilot[None], kiosk: Kiosk) -> None:
    del kiosk
    app_of(pilot).fail("database.locked")
    await shows(pilot, "OutOfServiceScreen")


async def by_number(pilot: Pilot[None], kiosk: Kiosk) -> None:
    del kiosk
    await pilot.press("space", "2", *RECORD)
    await shows(pilot, "HistoryScreen")
    await pilot.press("enter")
    await shows(pilot, "NoticeScreen")


@dataclass(frozen=True)
class Scene:
    """A kiosk to begin with, and the steps to what is to be seen."""

    steps: Steps
    kiosk: Callable[[], Kiosk] = Kiosk
    theme: str = "default"
    sizes: tuple[tuple[int, int], ...] = field(default=((80, 24), (160, 50)))


def answering(
    verdict: Verdict, state: State | None = None, *, source: Source = Source.REGISTRY
) -> Callable[[], Kiosk]:
    return lambda: Kiosk(checks=ScriptedChecks(check_of(verdict, state, source=source)))


def with_slip(shown: SlipShown) -> Callable[[], Kiosk]:
    return lambda: Kiosk(slips=ScriptedSlips(first=shown))


def with_health(health: Health) -> Callable[[], Kiosk]:
    return lambda: Kiosk(status=ScriptedStatus(health))


def result(
    verdict: Verdict, state: State | None = None, *, source: Source = Source.REGISTRY
) -> Scene:
    return Scene(scan(SCAN, then="ResultScreen"), answering(verdict, state, source=source))


TROUBLED = Health(Link.OFFLINE, NOW - timedelta(minutes=12), printer="paper_out", scanner="lost")
JUST_OFFLINE = replace(TROUBLED, since=NOW, data_as_of=NOW - timedelta(days=1))
"""The most that the head has to say."""
SCANNER_UNKNOWN = Health(Link.ONLINE, None, printer="ready", scanner="unknown")
SCANNER_LOST = replace(SCANNER_UNKNOWN, scanner="lost")
NO_SCANNER = replace(SCANNER_UNKNOWN, scanner="none")
SMALL = ((80, 24),)
VOIDED = Told(Verdict.MATCH, State.VOIDED, Source.REGISTRY, NOW)
"""Enough for a variant of a screen that is shown at both sizes elsewhere."""

_OLD = replace(
    check_of(Verdict.MATCH, State.NORMAL, source=Source.REGISTRY), at=NOW - timedelta(days=31)
)

SAMPLES = (Sample("result.match.normal", SCAN), Sample("result.not_found", SCAN))

SCENES: Mapping[str, Scene] = {
    "attract": Scene(nothing),
    "attract_scanner_lost": Scene(nothing, with_health(SCANNER_LOST)),
    "attract_no_scanner": Scene(nothing, with_health(NO_SCANNER), sizes=SMALL),
    "attract_scanner_unknown": Scene(nothing, with_health(SCANNER_UNKNOWN), sizes=SMALL),
    "attract_contrast": Scene(nothing, theme="contrast", sizes=SMALL),
    "preparing": Scene(keys("space", then="HomeScreen"), lambda: Kiosk(gate=asyncio.Event())),
    "home": Scene(keys("space", then="HomeScreen")),
    "home_contrast": Scene(keys("space", then="HomeScreen"), theme="contrast", sizes=SMALL),
    "home_troubled": Scene(keys("space", then="HomeScreen"), with_health(TROUBLED)),
    "home_offline": Scene(keys("space", then="HomeScreen"), with_health(JUST_OFFLINE), sizes=SMALL),
    "home_only_help": Scene(
        keys("space", then="HomeScreen"), lambda: Kiosk(checks=None, records=None), sizes=SMALL
    ),
    "verify_code": Scene(typed("")),
    "verify_code_begun": Scene(typed("01100260")),
    "verify_code_long_number": Scene(typed("24112000000048542163"), sizes=SMALL),
    "verify_number": Scene(typed("011002600111", "1234")),
    "verify_date_future": Scene(typed("011002600111", "12345678", "20271103"), sizes=SMALL),
    "verify_check_code": Scene(typed("011002600111", "12345678", "20261103", "479")),
    "verify_amount": Scene(typed("1100203130", "12345678", "20261103", "91.5")),
    "verify_total": Scene(typed("26112000000048542163", "20261103", "")),
    "verify_date_old": Scene(typed("011002600111", "12345678", "2019"), sizes=SMALL),
    "verify_chain_kept": Scene(scan(CHAIN, then="VerifyScreen")),
    "verify_contrast": Scene(typed("011002600111", "1234"), theme="contrast", sizes=SMALL),
    "checking": Scene(checking),
    "result_match_contrast": Scene(scan(SCAN, then="ResultScreen"), theme="contrast"),
    "result_voided_contrast": Scene(
        scan(SCAN, then="ResultScreen"),
        answering(Verdict.MATCH, State.VOIDED),
        theme="contrast",
        sizes=SMALL,
    ),
    **{f"result_match_{state}": result(Verdict.MATCH, state) for state in State},
    "result_match_pack": result(Verdict.MATCH, State.NORMAL, source=Source.PACK),
    **{f"result_{verdict}": result(verdict) for verdict in Verdict if verdict is not Verdict.MATCH},
    "slip_waiting": Scene(
        scan(SCAN, then="ResultScreen"),
        with_slip(SlipShown(SlipState.WAITING, "paper_out")),
        sizes=SMALL,
    ),
    "slip_doubtful": Scene(
        scan(SCAN, then="ResultScreen"), with_slip(SlipShown(SlipState.DOUBTFUL))
    ),
    "slip_failed": Scene(
        scan(SCAN, then="ResultScreen"),
        with_slip(SlipShown(SlipState.FAILED, "expired")),
        sizes=SMALL,
    ),
    "no_printer": Scene(scan(SCAN, then="ResultScreen"), lambda: Kiosk(slips=None), sizes=SMALL),
    "unread": Scene(scan(b"hello, world", then="NoticeScreen")),
    "refused": Scene(
        scan(SCAN, then="NoticeScreen"),
        lambda: Kiosk(checks=ScriptedChecks(Refused("tui.timeout"))),
        sizes=SMALL,
    ),
    "doubtful_code": Scene(scan(SCAN + b"0000", then="DoubtfulCodeScreen")),
    "history": Scene(keys("space", "2", *"A03-2611", then="HistoryScreen")),
    "record_voided_since": Scene(
        scan(SLIP_SCAN, then="RecordScreen"),
        lambda: Kiosk(records=ScriptedRecords(_OLD, VOIDED)),
    ),
    "record_normal_still": Scene(
        scan(SLIP_SCAN, then="RecordScreen"),
        lambda: Kiosk(records=ScriptedRecords(_OLD, replace(VOIDED, state=State.NORMAL))),
    ),
    "record_offline": Scene(
        scan(SLIP_SCAN, then="RecordScreen"),
        lambda: Kiosk(records=ScriptedRecords(_OLD), status=ScriptedStatus(JUST_OFFLINE)),
    ),
    "history_whole": Scene(keys("space", "2", *"a032611240127", then="HistoryScreen"), sizes=SMALL),
    "summary": Scene(
        by_number,
        lambda: Kiosk(records=ScriptedRecords(Summary(RECORD, NOW, VOIDED))),
    ),
    "no_record": Scene(by_number),
    **{
        f"help_{number}": Scene(keys("space", "f1", str(number), then="HelpScreen"))
        for number in range(1, 6)
    },
    "samples": Scene(keys("space", "f9", then="SamplesScreen"), lambda: Kiosk(samples=SAMPLES)),
    "leaving": Scene(leaving),
    "out_of_service": Scene(failed),
    "too_small": Scene(nothing, sizes=((79, 23),)),
}


async def play(pilot: Pilot[None], kiosk: Kiosk, scene: Scene) -> None:
    """Go through a scene with the countdown standing still."""
    app = app_of(pilot)
    app.ticker.stop()
    if kiosk.gate is None:
        await until(pilot, lambda: app.ports is not None)
    await settled(pilot)
    await scene.steps(pilot, kiosk)
    await settled(pilot)
