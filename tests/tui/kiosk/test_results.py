from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from invoices.verdict import Source, State, Verdict
from tests.tui.kiosk.scenes import SCENES, answering, app_of, play, scan, settled, shows, until
from tests.tui.scripted_ports import (
    CATALOGUES,
    RECORD,
    SCAN,
    SLIP_SCAN,
    Kiosk,
    ScriptedSlips,
    check_of,
)
from tui.kiosk.answers import headline_key, large_keys, tone_of
from tui.kiosk.ports import Health, Link, Refused, SlipShown, SlipState
from tui.widgets.emblem import Emblem, Tone
from tui.widgets.facts import Facts
from tui.widgets.large_words import drawable, width_of
from tui.widgets.prose import Prose

ANSWERS = [(Verdict.MATCH, state) for state in State] + [
    (verdict, None) for verdict in Verdict if verdict is not Verdict.MATCH
]
NARROWEST = 68
"""Columns beside the shape on the smallest terminal."""


def words_on(pilot: Pilot[None]) -> str:
    """All text on the screen."""
    lines = app_of(pilot).screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line) for line in lines)


@pytest.mark.parametrize(("verdict", "state"), ANSWERS)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_the_answer_is_told_by_words_and_shape(
    verdict: Verdict, state: State | None, language: str
) -> None:
    kiosk = answering(verdict, state)()
    async with kiosk.app(language).run_test(size=(80, 24)) as pilot:
        await scan(SCAN, then="ResultScreen")(pilot, kiosk)
        shown = str(app_of(pilot).screen.query_one("#headline", Static).content)
        key = headline_key(verdict, state, scanned=True)
        assert shown == CATALOGUES.translator(language)(key)
        assert app_of(pilot).screen.query_one(Emblem).has_class(f"-{tone_of(verdict, state)}")
        (details,) = app_of(pilot).screen.query("#details").results(Facts)
        asked = CATALOGUES.translator(language)("result.asked")
        assert (details.facts[0].label.plain == asked) is (verdict is not Verdict.MATCH)
        assert 2 <= len(app_of(pilot).screen.query_one("#advice", Facts).facts) <= 3
        assert "购买方" not in words_on(pilot)


def test_every_answer_reads_differently_and_only_a_valid_match_is_good() -> None:
    for language in CATALOGUES.languages:
        translate = CATALOGUES.translator(language)
        headlines = [translate(headline_key(verdict, state)) for verdict, state in ANSWERS]
        assert len(set(headlines)) == len(ANSWERS)
        large = [[translate(key) for key in large_keys(*answer)] for answer in ANSWERS]
        assert all(drawable(words) for answer in large for words in answer)
        assert all(width_of(answer[-1]) <= NARROWEST for answer in large)
    good = [(v, s) for v, s in ANSWERS if tone_of(v, s) is Tone.GOOD]
    assert good == [(Verdict.MATCH, State.NORMAL)]


async def test_a_pack_says_from_when_its_data_are() -> None:
    kiosk = answering(Verdict.MATCH, State.NORMAL, source=Source.PACK)()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scan(SCAN, then="ResultScreen")(pilot, kiosk)
        (proof,) = app_of(pilot).screen.query("#proof").results(Facts)
        assert "本机数据，截至 2026-11-23 16:24" in [fact.value.plain for fact in proof.facts]


async def test_unavailable_names_no_source() -> None:
    kiosk = answering(Verdict.UNAVAILABLE)()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scan(SCAN, then="ResultScreen")(pilot, kiosk)
        assert "没有连上登记库" in words_on(pilot)


async def test_the_slip_prints_by_itself_once_and_its_state_is_live() -> None:
    kiosk = Kiosk(slips=ScriptedSlips(first=SlipShown(SlipState.QUEUED)))
    slips = kiosk.slips
    assert slips is not None
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scan(SCAN, then="ResultScreen")(pilot, kiosk)
        await until(pilot, lambda: slips.printed == [RECORD])
        told = []
        for shown in (
            SlipShown(SlipState.PRINTING),
            SlipShown(SlipState.WAITING, "paper_out"),
            SlipShown(SlipState.WAITING, "unknown"),
            SlipShown(SlipState.WAITING, "[/] no such reason"),
            SlipShown(SlipState.FAILED, "document.qr_wide"),
            SlipShown(SlipState.DOUBTFUL),
            SlipShown(SlipState.PRINTED),
        ):
            slips.tell(shown)
            await settled(pilot)
            (line,) = app_of(pilot).screen.query("#result-slip").results(Prose)
            told.append(line.text)
        assert told == [
            "小票正在打印 ……",
            "小票在等：打印机缺纸；您离开后就不打了",
            "小票在等：打印机没有答复；您离开后就不打了",
            "小票在等：本机有故障，请找工作人员；您离开后就不打了",
            "小票没有打出来：本机有故障，请找工作人员",
            "小票可能没打好，请看出纸口；没有请找工作人员",
            "小票已打印 ✔",
        ]
        await pilot.press("p")
        await settled(pilot)
        assert slips.printed == [RECORD]
        await pilot.press("escape")
        await shows(pilot, "HomeScreen")
        assert slips.watchers == []


async def test_a_slip_that_cannot_be_queued_is_said() -> None:
    kiosk = Kiosk(slips=ScriptedSlips(first=Refused("tui.no_service")))
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scan(SCAN, then="ResultScreen")(pilot, kiosk)
        await until(pilot, lambda: "小票这次打不出来" in words_on(pilot))


async def test_without_slips_nothing_speaks_of_them() -> None:
    kiosk = Kiosk(slips=None)
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, SCENES["no_printer"])
        assert app_of(pilot).screen.query_one("#result-slip", Prose).text == ""
        assert "打印" not in words_on(pilot)
        assert "小票" not in words_on(pilot)


async def test_enter_checks_another_one() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scan(SCAN, then="ResultScreen")(pilot, kiosk)
        await pilot.press("enter")
        await shows(pilot, "VerifyScreen")


async def test_link_printer_and_clock_are_told_as_they_change() -> None:
    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await play(pilot, kiosk, SCENES["home"])
        assert "已联网" in words_on(pilot)
        now = kiosk.clock.moment
        kiosk.status.tell(Health(Link.OFFLINE, now, printer="offline", scanner="ready"))
        kiosk.clock.moment = now.replace(minute=54)
        app_of(pilot).second_passed()
        await until(pilot, lambda: "未联网 30 分钟" in words_on(pilot))
        assert "10:54" in words_on(pilot)
        assert "打印机没有连上" in words_on(pilot)


async def test_the_code_on_the_screen_brings_the_record_back() -> None:
    import zxingcpp
    from PIL import Image

    from tui.widgets.code_picture import qr_dots

    kiosk = Kiosk()
    async with kiosk.app().run_test(size=(120, 30)) as pilot:
        await scan(SCAN, then="ResultScreen")(pilot, kiosk)
        record = check_of(Verdict.NOT_FOUND)
        dots = qr_dots(f"YPR:{record.record}:{record.token}")
        picture = Image.new("L", (len(dots) * 4, len(dots) * 4), 255)
        for y, row in enumerate(dots):
            for x, dark in enumerate(row):
                if dark:
                    picture.paste(0, (x * 4, y * 4, x * 4 + 4, y * 4 + 4))
        assert [code.text for code in zxingcpp.read_barcodes(picture)] == [SLIP_SCAN.decode()]
        shown = [line for line in words_on(pilot).splitlines() if "█▀▀▀▀▀█" in line]
        assert shown


@dataclass
class SlowSlips(ScriptedSlips):
    """A spooler that takes its time to queue a slip."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def print(self, record: str) -> SlipShown | Refused:
        await self.gate.wait()
        return await super().print(record)


@pytest.mark.parametrize("way", ["escape", "leave"])
async def test_a_slip_outlives_the_screen_that_asked_for_it(way: str) -> None:
    slips = SlowSlips()
    kiosk = Kiosk(slips=slips)
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scan(SCAN, then="ResultScreen")(pilot, kiosk)
        if way == "leave":
            app_of(pilot).leave()
            await shows(pilot, "AttractScreen")
        else:
            await pilot.press("escape")
            await shows(pilot, "HomeScreen")
        assert slips.printed == []
        slips.gate.set()
        await until(pilot, lambda: slips.printed == [RECORD])
        assert slips.visits_ended == (way == "leave")
        assert not kiosk.faults


async def test_without_paper_the_number_is_to_be_noted() -> None:
    slips = ScriptedSlips(first=SlipShown(SlipState.QUEUED))
    kiosk = Kiosk(slips=slips)
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await scan(SCAN, then="ResultScreen")(pilot, kiosk)
        assert "请收好小票" in words_on(pilot)
        slips.tell(SlipShown(SlipState.WAITING, "paper_out"))
        await until(pilot, lambda: "请记下记录编号" in words_on(pilot))
        assert "请收好小票" not in words_on(pilot)
        assert "您离开后就不打了" in words_on(pilot)
        slips.tell(SlipShown(SlipState.PRINTED))
        await until(pilot, lambda: "请收好小票" in words_on(pilot))
