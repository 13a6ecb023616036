"""`kiosk status`: how the kiosk is now, once or over and over."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from kiosk.cli.frame import DEFAULT_CONFIG, ConfigOption, Frame, JsonOption, frame_of
from kiosk.cli.sync import report_lines
from kiosk.complaints import CANNOT_TELL, OK
from kiosk.errors import KioskError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from kiosk.config import Config

PAUSE: Final = 2.0
"""Seconds between two looks of `--watch`, unless asked otherwise."""
DEADLINE: Final = 10.0
"""Seconds that a running kiosk has to answer."""

State = dict[str, Any]
_WatchOption = Annotated[bool, typer.Option("--watch", help="cli.watch.help")]
_SecondsOption = Annotated[
    float, typer.Option("--seconds", help="cli.seconds.help", min=0.2, max=3600)
]


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("status", help="cli.status.help")(_status)


def _status(
    context: typer.Context,
    *,
    watch: _WatchOption = False,
    seconds: _SecondsOption = PAUSE,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    frame = frame_of(context)

    def once() -> int:
        settings = frame.config(config)
        state = frame.wait(_state(frame, settings))
        _teller(frame, settings.zone, as_json=as_json)(state)
        return OK if state["running"] else CANNOT_TELL

    def over_and_over() -> int:
        settings = frame.config(config)
        tell = _teller(frame, settings.zone, as_json=as_json, pause=seconds)
        try:
            frame.wait(_watch(frame, settings, tell, seconds))
        except KeyboardInterrupt:
            return OK
        except BrokenPipeError:
            # Whoever read has gone; the interpreter would complain of it once more at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK

    frame.guard(over_and_over if watch else once)


async def _watch(
    frame: Frame, config: Config, tell: Callable[[State], None], seconds: float
) -> None:
    """Look for ever: also while no kiosk runs, or one that does not answer."""
    import asyncio

    while True:
        try:
            state = await _state(frame, config)
        except KioskError as error:
            state = {"running": None, "error": {"code": error.code, "params": dict(error.params)}}
        tell(state)
        await asyncio.sleep(seconds)


async def _state(frame: Frame, config: Config) -> State:
    """What a running kiosk says; of one that does not run, what its files say.

    Raises:
        KioskError: neither can be had.
    """
    from kiosk.control import ask

    try:
        return await ask(config.control, "status", {"language": frame.language}, deadline=DEADLINE)
    except KioskError as error:
        if error.code != "control.absent":
            raise
    # What reads files is not needed where a kiosk answers.
    from kiosk.bootstrap.checkup import Checkup
    from kiosk.checkup.resting import resting_form
    from kiosk.clock import SystemClock

    return resting_form(await Checkup(config, SystemClock(config.zone)).inside())


def _teller(
    frame: Frame, zone: ZoneInfo, *, as_json: bool, pause: float = 0.0
) -> Callable[[State], None]:
    """How a state is told: as JSON, as lines, or on a terminal in the place of the last one."""
    if as_json:
        return _Changes(lambda state: frame.say(json.dumps(state, ensure_ascii=False)))
    if not pause or not sys.stdout.isatty():
        return _Changes(lambda state: [*map(frame.say, _lines(frame, state, zone))])
    from kiosk.cli.in_place import InPlace

    place = InPlace(sys.stdout)
    hint = frame.text("cli.status.watching", seconds=f"{pause:g}")
    return lambda state: place.show([*_lines(frame, state, zone), hint])


class _Changes:
    """Tells a state that is not the one before."""

    def __init__(self, tell: Callable[[State], object]) -> None:
        self._tell = tell
        self._last: State | None = None

    def __call__(self, state: State) -> None:
        if state != self._last:
            self._last = state
            self._tell(state)


def _lines(frame: Frame, state: State, zone: ZoneInfo) -> Iterator[str]:
    text = frame.text
    if state["running"] is None:
        code, params = state["error"]["code"], state["error"]["params"]
        yield text(f"error.{code}", **params)
        return
    counts = {"today": state["today"], "kept": state["kept"]}
    if not state["running"]:
        yield text("cli.status.stopped", **counts)
    else:
        yield text(
            "cli.status.running",
            link=text(f"cli.status.link.{state['link']}"),
            printer=text(f"cli.status.device.{state['printer']}"),
            scanner=text(f"cli.status.device.{state['scanner']}"),
            **counts,
        )
    yield from report_lines(frame, state["sync"], zone)
