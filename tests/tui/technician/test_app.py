"""The technician's keys: what they do, and what they do not do without asking."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from textual.containers import VerticalScroll
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from kiosk.checkup.judge import judge
from kiosk.checkup.words import Reader, Words
from tests.kiosk.checkup import scenes
from tests.tui.kiosk.scenes import until
from tests.tui.technician.scripted import (
    AWAY,
    CATALOGUES,
    LOG,
    TROUBLED,
    WELL,
    ScriptedKiosk,
    app_of,
    asked,
    looked_at,
    main_of,
)
from tui.technician.confirm import ConfirmScreen
from tui.technician.page import PageScreen
from tui.technician.ports import Action, LogLine
from tui.widgets.key_line import KeyLine
from tui.widgets.prose import Prose
from tui.widgets.target import Target


def chosen(pilot: Pilot[None]) -> str:
    rows = main_of(pilot).query_one("#checks", OptionList)
    assert rows.highlighted is not None
    return rows.get_option_at_index(rows.highlighted).id or ""


def text_of(pilot: Pilot[None], part: str) -> str:
    widget = main_of(pilot).query_one(part)
    if isinstance(widget, Prose):
        return widget.text
    if isinstance(widget, KeyLine):
        return " ".join(str(target.content) for target in widget.query(Target))
    assert isinstance(widget, Static)
    return str(widget.content)


async def test_the_first_row_chosen_is_one_that_burns_and_its_cure_is_told() -> None:
    kiosk = ScriptedKiosk(TROUBLED)
    async with kiosk.app("en").run_test(size=(80, 24)) as pilot:
        await looked_at(pilot, kiosk)
        assert chosen(pilot) == "files.exposed"
        cure = "→ For the administrator: Close it: chmod 600 /data/kiosk.key"
        assert text_of(pilot, "#cure").startswith(cure)


async def test_what_is_bad_stands_first_and_is_seen_without_scrolling() -> None:
    kiosk = ScriptedKiosk(TROUBLED)
    async with kiosk.app("en").run_test(size=(80, 24)) as pilot:
        await looked_at(pilot, kiosk)
        rows = main_of(pilot).query_one("#checks", OptionList)
        keys = [rows.get_option_at_index(at).id for at in range(rows.option_count)]
        bad = ["files.exposed", "server.offline", "packs.expired", "printer.paper_out"]
        assert keys[:6] == [*bad, "outbox.long", "printer.waiting"]
        assert (rows.scroll_y, rows.size.height) >= (0, 6)


async def test_d_shows_all_that_doctor_shows_and_goes_on_asking() -> None:
    kiosk = ScriptedKiosk(TROUBLED)
    async with kiosk.app("en").run_test(size=(80, 60)) as pilot:
        await looked_at(pilot, kiosk)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app_of(pilot).screen, PageScreen))
        before = len(kiosk.looks)
        await looked_at(pilot, kiosk, 3)
        assert all(kiosk.looks[before:]), "a look at this page asks server and devices too"
        page = str(app_of(pilot).screen.query_one("#page-text", Static).content)
        words = Words(CATALOGUES.translator("en"), kiosk.clock.local, Reader.TECHNICIAN)
        findings = judge(scenes.CONFIG, TROUBLED)
        assert page.startswith(words.summary(findings))
        for found in findings:
            assert words.line(found)[:60] in page
        await pilot.press("escape")
        before = len(kiosk.looks)
        await looked_at(pilot, kiosk)
        assert True not in kiosk.looks[before + 1 :]


async def test_a_row_stays_chosen_while_others_come_and_go() -> None:
    kiosk = ScriptedKiosk(WELL)
    async with kiosk.app("en").run_test(size=(80, 24)) as pilot:
        await looked_at(pilot, kiosk)
        await pilot.press("end")
        assert chosen(pilot) == "scanner.keyboard"
        kiosk.looked = TROUBLED
        await looked_at(pilot, kiosk)
        assert chosen(pilot) == "scanner.keyboard"
        await pilot.press("home", "j", "j", "j", "j", "j")
        assert chosen(pilot) == "printer.waiting"
        kiosk.looked = WELL
        await looked_at(pilot, kiosk)
        assert chosen(pilot) == "printer.ready"


@pytest.mark.parametrize("key", ["n", "N", "escape", "backspace"])
async def test_no_is_no(key: str) -> None:
    kiosk = ScriptedKiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await asked("s")(pilot, kiosk)
        await pilot.press("enter", "space", "s", "p", "t", "l", key)
        await until(pilot, lambda: not isinstance(app_of(pilot).screen, ConfirmScreen))
        assert kiosk.acted == []


@pytest.mark.parametrize(
    ("key", "action"),
    [
        ("s", Action.SYNC),
        ("p", Action.PACKS),
        ("t", Action.PRINT),
        ("r", Action.RESTART),
    ],
)
@pytest.mark.parametrize("locked", [False, True])
async def test_yes_is_done_once(key: str, action: Action, *, locked: bool) -> None:
    kiosk = ScriptedKiosk(gate=asyncio.Event())
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await asked(key.upper() if locked else key)(pilot, kiosk)
        await pilot.press("Y" if locked else "y", "y")
        await until(pilot, lambda: kiosk.acted == [action])
        await pilot.press("y")
        assert kiosk.gate is not None
        kiosk.gate.set()
        screen = app_of(pilot).screen
        await until(pilot, lambda: "做好了" in screen.query_one("#confirm-text", Prose).text)
        await pilot.press("y")
        await until(pilot, lambda: not isinstance(app_of(pilot).screen, ConfirmScreen))
        assert kiosk.acted == [action]


@pytest.mark.parametrize("key", ["q", "Q", "ctrl+c", "ctrl+q"])
async def test_it_can_be_left_at_once(key: str) -> None:
    kiosk = ScriptedKiosk()
    app = kiosk.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await looked_at(pilot, kiosk)
        await pilot.press(key)
        await pilot.pause()
        assert app._exit
    assert app.return_code == 0


async def test_ctrl_c_leaves_from_a_question_too() -> None:
    kiosk = ScriptedKiosk()
    app = kiosk.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await asked("s")(pilot, kiosk)
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert app._exit
    assert kiosk.acted == []


async def test_the_language_changes_while_it_looks() -> None:
    kiosk = ScriptedKiosk(TROUBLED)
    async with kiosk.app("zh_CN").run_test(size=(80, 24)) as pilot:
        await looked_at(pilot, kiosk)
        assert "运行中" in text_of(pilot, "#banner")
        await pilot.press("e")
        await until(pilot, lambda: "The key file" in text_of(pilot, "#line"))
        assert "The kiosk is running" in text_of(pilot, "#banner")
        assert "Quit" in text_of(pilot, "#foot")
        await pilot.press("L", "E")
        title = app_of(pilot).screen.query_one("#page-title", Static)
        await until(pilot, lambda: "日志" in str(title.content))


async def test_the_first_look_is_quick_and_the_next_one_whole() -> None:
    kiosk = ScriptedKiosk()
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await looked_at(pilot, kiosk)
        assert kiosk.looks[:3] == [False, True, False]
        before = len(kiosk.looks)
        await pilot.press("D")
        await until(pilot, lambda: True in kiosk.looks[before:])


async def test_a_long_log_is_read_from_either_end() -> None:
    kiosk = ScriptedKiosk(log=LOG * 20)
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await looked_at(pilot, kiosk)
        await pilot.press("L")
        await until(pilot, lambda: isinstance(app_of(pilot).screen, PageScreen))
        lines = app_of(pilot).screen.query_one("#page-lines", VerticalScroll)
        await until(pilot, lambda: lines.scroll_y == lines.max_scroll_y > 0)
        await pilot.press("g")
        await until(pilot, lambda: lines.scroll_y == 0)
        await pilot.press("G")
        await until(pilot, lambda: lines.scroll_y == lines.max_scroll_y)


@pytest.mark.parametrize("later", range(6))
async def test_a_key_before_the_first_paint_does_not_stop_the_looking(later: int) -> None:
    kiosk = ScriptedKiosk()
    app = kiosk.app()

    def press(rounds: int) -> None:
        if rounds:
            app.call_later(press, rounds - 1)
        else:
            app.post_message(Key("l", "l"))

    app.call_later(press, later)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: len(kiosk.looks) >= 2)


async def test_a_kiosk_that_is_away_is_told_of_and_nothing_is_forgotten() -> None:
    kiosk = ScriptedKiosk(AWAY)
    async with kiosk.app("en").run_test(size=(80, 24)) as pilot:
        await looked_at(pilot, kiosk)
        assert "No kiosk answers" in text_of(pilot, "#banner")
        assert main_of(pilot).query_one("#banner").has_class("-away")
        kiosk.looked = WELL
        await looked_at(pilot, kiosk)
        assert "has started again" in text_of(pilot, "#banner")
        assert not main_of(pilot).query_one("#banner").has_class("-away")


async def test_what_comes_from_outside_is_never_markup_nor_moves_the_cursor() -> None:
    evil = "[@click=app.quit]x[/] [red]\x1b[2J\u202e\r\n"
    looked = replace(
        WELL,
        inside=scenes.INSIDE.model_copy(
            update={"who": scenes.INSIDE.who.model_copy(update={"kiosk": evil})}
        ),
    )
    kiosk = ScriptedKiosk(looked, log=(LogLine(scenes.NOW, evil, evil),))
    async with kiosk.app("en").run_test(size=(80, 24)) as pilot:
        await looked_at(pilot, kiosk)
        shown = text_of(pilot, "#log")
        assert "[@click=app.quit]x[/] [red]" in shown
        assert not {"\x1b", "\u202e", "\r"} & {*shown}
        await pilot.press("l")
        await looked_at(pilot, kiosk)
        page = str(app_of(pilot).screen.query_one("#page-text", Static).content)
        assert not {"\x1b", "\u202e", "\r"} & {*page}
    assert kiosk.faults == []


@pytest.mark.parametrize("size", [(20, 5), (40, 12), (300, 90)])
async def test_any_size_is_survived(size: tuple[int, int]) -> None:
    kiosk = ScriptedKiosk(TROUBLED)
    async with kiosk.app("en").run_test(size=size) as pilot:
        await looked_at(pilot, kiosk)
        await pilot.press("l", "escape", "d", "escape", "t", "n", "down", "up")
        await pilot.resize_terminal(80, 24)
        await looked_at(pilot, kiosk)
    assert kiosk.faults == []
