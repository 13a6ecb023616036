"""A printed slip before the scanner: what the screen says of its signature, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import cast

import pytest
from textual.pilot import Pilot

from invoices.told import Told
from invoices.verdict import Source, State, Verdict
from tests.tui.scripted_ports import (
    CATALOGUES,
    NOW,
    RECORD,
    Kiosk,
    PlainReader,
    check_of,
)
from tui.kiosk.app import KioskApp
from tui.kiosk.ports import (
    Ports,
    Reading,
    SignedSlip,
    SignedSlipRead,
    SlipSays,
    SlipWorth,
)
from tui.kiosk.screens.record import RecordScreen
from tui.kiosk.signed_slip_words import signature_fact, slip_notice
from tui.kiosk.wording import Wording
from tui.widgets.emblem import Tone

CODE = "FP1:6BF+70Z%7.AQ"
AT = NOW - timedelta(hours=2)
SAYS = SlipSays(RECORD, "HD01", "A07", AT, Told(Verdict.MATCH, State.VOIDED, Source.REGISTRY, AT))
LISTED = NOW - timedelta(days=9)
GOOD = SignedSlip(SlipWorth.GOOD, says=SAYS, listed_at=LISTED)


def doubted(fault: str, says: SlipSays | None = SAYS) -> SignedSlip:
    return SignedSlip(SlipWorth.REFUSED, fault, says=says, listed_at=LISTED)


def unknown(fault: str, says: SlipSays | None = None) -> SignedSlip:
    listed = None if fault == "slip.no_list" else LISTED
    return SignedSlip(SlipWorth.UNKNOWN, fault, says=says, listed_at=listed)


@dataclass
class ScriptedSlipProof:
    """Answers as told and remembers what was asked."""

    slip: SignedSlip
    asked: list[str] = field(default_factory=list)

    async def find(self, code: str) -> SignedSlip:
        self.asked.append(code)
        return self.slip


class SlipReader(PlainReader):
    """Knows a signed slip too."""

    def read(self, scan: bytes) -> Reading:
        if scan.startswith(b"FP1:"):
            return SignedSlipRead(scan.decode())
        return super().read(scan)


@dataclass
class ProvingKiosk(Kiosk):
    """A kiosk that can check slips."""

    proof: ScriptedSlipProof | None = None

    async def ports(self) -> Ports:
        plain = await super().ports()
        return replace(plain, reader=SlipReader(), signed_slips=self.proof)


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await pilot.pause()
            await asyncio.sleep(0.01)


def shown(pilot: Pilot[None]) -> str:
    """All that is on the screen."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


async def scanned(
    slip: SignedSlip, screen: str, look: Callable[[Pilot[None]], Awaitable[None]]
) -> ScriptedSlipProof:
    proof = ScriptedSlipProof(slip)
    app = ProvingKiosk(proof=proof).app()
    async with app.run_test(size=(100, 30)) as pilot:
        kiosk = cast(KioskApp, pilot.app)
        await until(pilot, lambda: kiosk.ports is not None)
        kiosk.receive_scan(CODE.encode())
        await until(pilot, lambda: type(kiosk.screen).__name__ == screen)
        await pilot.pause()
        await look(pilot)
    return proof


def words_of(slip: SignedSlip, language: str = "zh_CN") -> str:
    """What the notice says, in one text."""
    wording = Wording(language, CATALOGUES.translator(language), Kiosk().clock)
    notice = slip_notice(slip, wording)
    lines = [notice.title, *notice.lines]
    return "\n".join(phrase.text(wording) for phrase in lines)


async def test_another_kiosks_slip_shows_its_verdict_time_and_centre() -> None:
    async def look(pilot: Pilot[None]) -> None:
        parts = ("作废", "HD01/A07", "2026-11-24 08:24:07", RECORD, "签名名单截至 2026-11-15")
        await until(pilot, lambda: all(part in shown(pilot) for part in parts))

    proof = await scanned(GOOD, "NoticeScreen", look)
    assert proof.asked == [CODE]


async def test_our_own_slip_shows_its_whole_check_and_the_signature() -> None:
    check = check_of(Verdict.MATCH, State.NORMAL)

    async def look(pilot: Pilot[None]) -> None:
        assert isinstance(pilot.app.screen, RecordScreen)
        assert pilot.app.screen.check == check
        await until(pilot, lambda: "签名属实" in shown(pilot))

    await scanned(replace(GOOD, check=check), "RecordScreen", look)


async def test_without_the_use_case_a_slip_is_answered_by_a_notice() -> None:
    app = ProvingKiosk(proof=None).app()
    async with app.run_test(size=(80, 24)) as pilot:
        kiosk = cast(KioskApp, pilot.app)
        await until(pilot, lambda: kiosk.ports is not None)
        kiosk.receive_scan(CODE.encode())
        await until(pilot, lambda: type(kiosk.screen).__name__ == "NoticeScreen")


async def test_another_language_says_all_of_it_anew() -> None:
    async def look(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "小票上写的是" in shown(pilot))
        await pilot.press("f3")
        await until(pilot, lambda: "What the slip says" in shown(pilot))
        below = "".join(shown(pilot).splitlines()[2:-3])
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in below)

    await scanned(doubted("slip.expired"), "NoticeScreen", look)


FINDINGS = [
    (GOOD, "的查验记录，不是现在的状态", "当时的结果：一致，发票已作废"),
    (replace(GOOD, says=replace(SAYS, told=None)), "小票有效", "签名有效"),
    (doubted("slip.expired"), "小票已过有效期", "小票上写的是"),
    (doubted("slip.revoked"), "小票已作废", "小票上写的是"),
    (doubted("slip.key_revoked", None), "小票已作废", "吊销"),
    (doubted("slip.unsigned"), "小票未签名", "未签名"),
    (doubted("slip.signature", None), "小票无效", "改动"),
    (doubted("slip.form", None), "小票无效", "不要采信"),
    (unknown("slip.trust_expired", SAYS), "小票暂时无法核对", "签名名单截至 2026-11-15 10:24"),
    (unknown("slip.key_unknown"), "小票暂时无法核对", "签名名单截至"),
    (unknown("slip.no_list"), "小票暂时无法核对", "还没有签名名单"),
]


@pytest.mark.parametrize(
    ("slip", "title", "part"), FINDINGS, ids=lambda v: getattr(v, "fault", "-")
)
def test_each_finding_has_its_headline_and_its_reason(
    slip: SignedSlip, title: str, part: str
) -> None:
    said = words_of(slip)
    assert title in said.splitlines()[0]
    assert part in said


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_an_unsigned_slip_gets_no_sign_and_no_colour_of_ours(language: str) -> None:
    live = Told(Verdict.MATCH, State.NORMAL, Source.REGISTRY, AT)
    slip = replace(doubted("slip.unsigned"), says=replace(SAYS, told=live))
    wording = Wording(language, CATALOGUES.translator(language), Kiosk().clock)
    notice = slip_notice(slip, wording)
    assert notice.tone is Tone.STOP, "grey"
    said = words_of(slip, language)
    assert not set("✔⚠✖") & set(said)
    assert {"zh_CN": "它自称：一致，发票正常", "en": "It claims: Match, valid"}[language] in said


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("slip", [slip for slip, _, _ in FINDINGS], ids=lambda slip: slip.fault)
def test_nothing_is_said_by_its_key(slip: SignedSlip, language: str) -> None:
    wording = Wording(language, CATALOGUES.translator(language), Kiosk().clock)
    fact = signature_fact(slip, wording)
    said = f"{words_of(slip, language)}\n{fact.label.plain}\n{fact.value.plain}"
    assert "signed." not in said
    assert "error." not in said
    assert "{" not in said
