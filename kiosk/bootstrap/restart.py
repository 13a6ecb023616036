"""The kiosk started anew by the machine's service manager, for who has no other rights there.

`deploy/ssh/yanpiao-technician.sudoers` allows this one command line and no other.
"""

from __future__ import annotations

import asyncio
import syslog
from typing import TYPE_CHECKING, Final

from kiosk.errors import KioskError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMAND: Final = ("sudo", "-n", "/usr/bin/systemctl", "restart", "yanpiao-kiosk.service")
WITHIN: Final = 120.0
"""Seconds: systemd gives the old process 90 to end."""


class RestartError(KioskError):
    """`restart.missing` (no sudo here), `.refused` (`status`), `.silent`: not done in time."""


async def restart(command: Sequence[str] = COMMAND, within: float = WITHIN) -> None:
    """Have the service manager restart the kiosk, and wait until it has.

    Raises:
        RestartError: why it has not.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise RestartError("restart.missing") from error
    try:
        async with asyncio.timeout(within):
            status = await process.wait()
    except TimeoutError as error:
        process.kill()  # what asked is ended; the service manager goes on by itself
        await process.wait()
        raise RestartError("restart.silent", {"seconds": f"{within:g}"}) from error
    if status:
        raise RestartError("restart.refused", {"status": str(status)})


def note(who: str) -> None:
    """Write into the machine's own log who asked: it outlives the kiosk."""
    syslog.openlog("yanpiao-technician", syslog.LOG_PID, syslog.LOG_AUTH)
    syslog.syslog(syslog.LOG_NOTICE, f"restart of the kiosk asked for by {who}")
