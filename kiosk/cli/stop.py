"""`kiosk stop`: end the kiosk that runs with a data folder, whatever its screen is doing.

A signal, not a command over the control socket: that one is missing while the kiosk is out of
service, and silent while its screen hangs, which is when somebody wants to stop it.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from kiosk.cli.frame import DEFAULT_CONFIG, ConfigOption, frame_of
from kiosk.complaints import OK
from kiosk.errors import KioskError

if TYPE_CHECKING:
    from kiosk.config import Config

PATIENCE: Final = 20.0
"""Seconds it may take: the supervisor gives its screen 10."""
_LOOK_EVERY: Final = 0.05


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("stop", help="cli.stop.help")(_stop)


def _stop(context: typer.Context, config: ConfigOption = DEFAULT_CONFIG) -> None:
    frame = frame_of(context)

    def work() -> int:
        frame.say(frame.text(f"cli.stop.{'done' if stop(frame.config(config)) else 'none'}"))
        return OK

    frame.guard(work)


def stop(config: Config) -> bool:
    """Ask the kiosk of this data folder to end, and wait until it has; false where none runs.

    Raises:
        KioskError: `stop.hidden` where it cannot be told which process it is, `stop.forbidden`
            where that is another account's, `stop.silent` where it goes on all the same.
    """
    # Looking at processes is this command's alone.
    from kiosk.checkup.machine import owner_of

    if not _held(config.data):
        return False
    process = owner_of(config.data)
    if process is None:
        raise KioskError("stop.hidden", {"folder": str(config.data)})
    try:
        os.kill(_supervisor_of(process), signal.SIGTERM)
    except ProcessLookupError:
        pass  # it has just ended by itself
    except PermissionError as error:
        raise KioskError("stop.forbidden", {"folder": str(config.data)}) from error
    until = time.monotonic() + PATIENCE
    while _held(config.data):
        if time.monotonic() > until:
            raise KioskError("stop.silent", {"process": str(process)})
        time.sleep(_LOOK_EVERY)
    return True


def _held(data: Path) -> bool:
    """Whether a process has the folder; looking neither makes the lock's file nor keeps it."""
    import fcntl

    from kiosk.db.ownership import LOCK

    try:
        descriptor = os.open(data / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise KioskError("stop.forbidden", {"folder": str(data)}) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _supervisor_of(screen: int) -> int:
    """The screen's parent where that is its supervisor, of which it is a fork; else itself."""
    stat = Path(f"/proc/{screen}/stat").read_text(encoding="utf-8")
    parent = int(stat.rpartition(")")[2].split()[1])
    return parent if _command_line(parent) == _command_line(screen) else screen


def _command_line(process: int) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()
