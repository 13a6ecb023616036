"""The kiosk in the shape the technician's screen asks for: looks, sentences, and few actions."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from kiosk.bootstrap.own_log import FILE
from kiosk.bootstrap.restart import RestartError, note, restart
from kiosk.checkup.judge import judge
from kiosk.checkup.log_tail import tail
from kiosk.checkup.words import Reader, Words
from kiosk.control import ask
from kiosk.errors import KioskError
from tui.technician.ports import Action, Found, Level, LogLine, Look, Outcome

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from kiosk.bootstrap.checkup import Checkup
    from kiosk.checkup.facts import Looked, Reach
    from kiosk.checkup.finding import Finding
    from kiosk.clock import Clock
    from kiosk.config import Config
    from kiosk.i18n import Catalogues, Translate

RECORDS: Final = 200
AGAIN: Final = timedelta(seconds=30)
_COMMANDS: Final = {
    Action.SYNC: "sync.now",
    Action.PACKS: "packs.fetch",
    Action.PRINT: "printer.test",
}
_DEADLINES: Final = {Action.SYNC: 300.0, Action.PACKS: 24 * 3600.0, Action.PRINT: 30.0}
"""Seconds: after an outage there is much to tell, and packs come over slow lines."""


@dataclass(slots=True)
class TechnicianDesk:
    """`tui.technician.ports.Kiosk` over a check-up, the control socket and the service manager.

    `who` uses it, for the machine's log, which `note` writes.
    """

    config: Config
    clock: Clock
    checkup: Checkup
    catalogues: Catalogues
    who: str
    restart: Callable[[], Awaitable[None]] = restart
    note: Callable[[str], None] = note
    _reach: Reach | None = field(default=None, init=False)
    _printer: str | None = field(default=None, init=False)
    _running: bool = field(default=True, init=False)
    _named: str = field(default="", init=False)

    async def look(self, language: str, *, whole: bool) -> Look:
        """How it is; between whole looks what the last one heard of the outside stays."""
        server = whole or self._stale()
        looked = await self.checkup.look(server=server, devices=whole)
        looked = self._remembered(looked, server=server, whole=whole)
        text = self.catalogues.translator(language)
        words = Words(text, self.clock.local, Reader.TECHNICIAN)
        records = await asyncio.to_thread(tail, self.config.data / FILE, RECORDS)
        live = looked.inside.live if looked.inside else None
        findings = judge(self.config, looked)
        return Look(
            at=looked.at,
            name=self._name(looked),
            pid=live.pid if live else None,
            found=in_words(findings, words),
            log=[LogLine(each.at, each.level, each.text) for each in records],
            summary=words.summary(findings),
        )

    async def act(self, action: Action, language: str) -> Outcome:
        """Over the socket, as any command does; the service manager restarts what is silent."""
        text = self.catalogues.translator(language)
        if action is Action.RESTART:
            return await self._restart(text)
        try:
            answer = await ask(
                self.config.control,
                _COMMANDS[action],
                {"language": language},
                deadline=_DEADLINES[action],
            )
        except KioskError as error:
            if error.code == "control.absent":
                return Outcome(good=False, text=text("tech.did.stopped"))
            why = _why(text, error.code, error.params)
            return Outcome(good=False, text=text("tech.did.refused", why=why))
        return _OUTCOMES[action](text, answer)

    async def _restart(self, text: Translate) -> Outcome:
        """As the service manager does it; the machine's log keeps who asked."""
        await asyncio.to_thread(self.note, self.who)
        try:
            await self.restart()
        except RestartError as error:
            return Outcome(good=False, text=text(f"error.{error.code}", **error.params))
        return Outcome(good=True, text=text("tech.did.restart"))

    def _stale(self) -> bool:
        """Whether nobody asks the server: a running kiosk does so itself, all the time."""
        reach = self._reach
        return not self._running and reach is not None and self.clock.now() - reach.now > AGAIN

    def _remembered(self, looked: Looked, *, server: bool, whole: bool) -> Looked:
        """What was heard earlier stands while no kiosk knows better."""
        self._running = looked.running
        if server:
            self._reach = looked.outlook.reach
        if whole:
            self._printer = looked.outlook.printer
        if looked.running:
            return looked
        outlook = replace(looked.outlook, reach=self._reach, printer=self._printer)
        return replace(looked, outlook=outlook)

    def _name(self, looked: Looked) -> str:
        """What it was called last, where that cannot be seen now."""
        if looked.inside is not None:
            self._named = looked.inside.who.kiosk or self.config.kiosk.prefix
        return self._named


def in_words(findings: tuple[Finding, ...], words: Words) -> list[Found]:
    """Keys are codes; the second of a code has its number too."""
    found: list[Found] = []
    for each in findings:
        same = sum(other.key.partition("#")[0] == each.code for other in found)
        found.append(
            Found(
                key=f"{each.code}#{same}" if same else each.code,
                level=Level(each.level.value),
                part=words.part(each.part),
                line=words.line(each),
                cure=words.cure(each),
            )
        )
    return found


def _why(text: Translate, code: str, params: Mapping[str, str]) -> str:
    known = {"status": "", **params}
    words = text(f"error.{code}", **known)
    return code if words == f"error.{code}" else words.rstrip("。.")


def _synced(text: Translate, answer: Mapping[str, Any]) -> Outcome:
    counts = {"mark": answer["mark"], "waiting": answer["waiting"]}
    if answer["failure"]:
        why = _why(text, answer["failure"], {})
        return Outcome(good=False, text=text("tech.did.sync.failed", why=why, **counts))
    return Outcome(good=True, text=text("tech.did.sync", **counts))


def _fetched(text: Translate, answer: Mapping[str, Any]) -> Outcome:
    key = "tech.did.packs.taken" if answer["taken"] else "tech.did.packs.same"
    return Outcome(good=True, text=text(key, version=answer["version"]))


def _printed(text: Translate, answer: Mapping[str, Any]) -> Outcome:
    state, reason = str(answer["state"]), str(answer["reason"])
    if state in {"printed", "doubtful", "failed"}:
        key = f"tech.did.print.{state}"
    else:
        key = "tech.did.print.waiting"
    why = text(f"doctor.printer.{reason}", address="") if reason else state
    return Outcome(good=state == "printed", text=text(key, why=why))


_OUTCOMES: Final = {Action.SYNC: _synced, Action.PACKS: _fetched, Action.PRINT: _printed}
