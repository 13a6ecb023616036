"""A kiosk to look at that says what it is told to say, in the real rules' and catalogues' words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import cast

from textual.pilot import Pilot

from kiosk.bootstrap.technician_desk import in_words
from kiosk.checkup.facts import Looked, Outlook, Packs, Reach, Slips, Who
from kiosk.checkup.judge import judge
from kiosk.checkup.words import Reader, Words
from tests.kiosk.checkup import scenes
from tests.tui.kiosk.scenes import until
from tests.tui.scripted_ports import FixedClock, PoCatalogues
from tui.technician.app import TechnicianApp
from tui.technician.confirm import ConfirmScreen, Stage
from tui.technician.main import MainScreen
from tui.technician.page import PageScreen
from tui.technician.ports import Action, LogLine, Look, Outcome

CATALOGUES = PoCatalogues(("tui", "kiosk", "technician"))
NOW = scenes.NOW
FIRST = 2
"""Looks that the app takes by itself: the quick one and the whole one."""
WELL = scenes.WELL
LIVE = scenes.LIVE
TROUBLED = replace(
    scenes.inside(
        live=LIVE.model_copy(update={"link": "offline", "printer": "paper_out"}),
        outbox=scenes.outbox(timedelta(days=2)),
        packs=scenes.INSIDE.packs.model_copy(update={"expires": NOW - timedelta(hours=1)}),
        slips=Slips(waiting=3, oldest=NOW - timedelta(minutes=12)),
        sqlite="3.40.1",
    ),
    machine=replace(scenes.MACHINE, paths=(replace(scenes.KEY, mode=0o644), scenes.BOOK)),
)
AWAY = replace(scenes.STOPPED, outlook=Outlook(reach=Reach("server.timeout", NOW)))
NEW = scenes.inside(who=Who(), packs=Packs())
LOG = tuple(
    LogLine(NOW - timedelta(seconds=30 - number), level, text)
    for number, (level, text) in enumerate(
        (
            ("info", "the kiosk starts"),
            ("info", "the link is online"),
            ("warning", "sync: server.timeout {}"),
            ("error", "a slip was not queued: printing.no_slip"),
            ("info", "the link is offline"),
        )
    )
)


@dataclass
class ScriptedKiosk:
    """Looks as `looked` says; `acted` are the actions that were confirmed."""

    looked: Looked = WELL
    log: tuple[LogLine, ...] = LOG
    outcome: Outcome = field(default_factory=lambda: Outcome(good=True, text="done 做好了"))
    gate: asyncio.Event | None = None
    acted: list[Action] = field(default_factory=list)
    looks: list[bool] = field(default_factory=list)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    faults: list[str] = field(default_factory=list)

    async def look(self, language: str, *, whole: bool) -> Look:
        self.looks.append(whole)
        text = CATALOGUES.translator(language)
        words = Words(text, self.clock.local, Reader.TECHNICIAN)
        live = self.looked.inside.live if self.looked.inside else None
        findings = judge(scenes.CONFIG, self.looked)
        return Look(
            self.clock.now(),
            "A03",
            live.pid if live else None,
            in_words(findings, words),
            self.log,
            words.summary(findings),
        )

    async def act(self, action: Action, language: str) -> Outcome:
        self.acted.append(action)
        if self.gate is not None:
            await self.gate.wait()
        return self.outcome

    def app(self, language: str = "zh_CN", *, plain: bool = False) -> TechnicianApp:
        return TechnicianApp(
            kiosk=self,
            catalogues=CATALOGUES,
            clock=self.clock,
            language=language,
            on_fault=self.faults.append,
            plain=plain,
            pause=3600.0,
        )


def app_of(pilot: Pilot[None]) -> TechnicianApp:
    return cast(TechnicianApp, pilot.app)


def main_of(pilot: Pilot[None]) -> MainScreen:
    return cast(MainScreen, app_of(pilot).screen_stack[0])


async def looked_at(pilot: Pilot[None], kiosk: ScriptedKiosk, times: int = 2) -> None:
    """So many looks have been shown from now on."""
    await until(pilot, lambda: len(kiosk.looks) >= FIRST)
    for _ in range(times):
        wanted = len(kiosk.looks) + 1
        app_of(pilot).look_now()
        await until(pilot, lambda: len(kiosk.looks) >= wanted)  # noqa: B023 - awaited at once
    await pilot.pause()


Steps = Callable[[Pilot[None], ScriptedKiosk], Awaitable[None]]


async def nothing(pilot: Pilot[None], kiosk: ScriptedKiosk) -> None:
    await looked_at(pilot, kiosk)


async def ended(pilot: Pilot[None], kiosk: ScriptedKiosk) -> None:
    await looked_at(pilot, kiosk)
    kiosk.looked = AWAY
    await looked_at(pilot, kiosk)
    kiosk.clock.moment += timedelta(seconds=75)
    await looked_at(pilot, kiosk)
    main_of(pilot).tick()


async def came_back(pilot: Pilot[None], kiosk: ScriptedKiosk) -> None:
    await looked_at(pilot, kiosk)
    kiosk.looked = AWAY
    await looked_at(pilot, kiosk)
    kiosk.looked = scenes.live(pid=99, started_at=NOW)
    await looked_at(pilot, kiosk)


def asked(key: str) -> Steps:
    async def steps(pilot: Pilot[None], kiosk: ScriptedKiosk) -> None:
        await looked_at(pilot, kiosk)
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app_of(pilot).screen, ConfirmScreen))
        await pilot.pause()

    return steps


async def refused(pilot: Pilot[None], kiosk: ScriptedKiosk) -> None:
    kiosk.outcome = Outcome(good=False, text="没有成功：服务器没有应答 It did not work: no answer")
    await asked("s")(pilot, kiosk)
    await pilot.press("y")
    screen = cast(ConfirmScreen, app_of(pilot).screen)
    await until(pilot, lambda: screen.stage is Stage.DONE)
    await pilot.pause()


def read(key: str) -> Steps:
    async def steps(pilot: Pilot[None], kiosk: ScriptedKiosk) -> None:
        await looked_at(pilot, kiosk)
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app_of(pilot).screen, PageScreen))
        await looked_at(pilot, kiosk)

    return steps


@dataclass(frozen=True)
class Scene:
    """A kiosk to begin with, and the steps to what is to be seen."""

    steps: Steps = nothing
    looked: Looked = WELL
    plain: bool = False


SCENES: Mapping[str, Scene] = {
    "well": Scene(),
    "troubled": Scene(looked=TROUBLED),
    "new": Scene(looked=NEW),
    "away": Scene(ended),
    "back": Scene(came_back),
    "confirm": Scene(asked("t")),
    "restart": Scene(asked("r")),
    "refused": Scene(refused),
    "doctor": Scene(read("d"), TROUBLED),
    "log": Scene(read("l")),
    "plain": Scene(looked=TROUBLED, plain=True),
}


async def play(pilot: Pilot[None], kiosk: ScriptedKiosk, scene: Scene) -> None:
    """Go through a scene; between the looks that it asks for nothing happens."""
    app = app_of(pilot)
    app.ticker.stop()
    await scene.steps(pilot, kiosk)
    await pilot.pause()
