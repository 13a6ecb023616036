"""Whom a command talks to: the kiosk that runs, else one opened for the moment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from kiosk.db.ownership import Ownership
from kiosk.db.port import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kiosk.config import Config

Answer = dict[str, Any]

DEADLINE = 10.0
"""Seconds a running kiosk has for one answer."""


class Desk(Protocol):
    """What commands ask. Each call raises `KioskError`."""

    async def verify(self, payload: bytes, *, offline: bool = False) -> Answer:
        """Check one code's text as scanned; `offline`: by the data on this machine alone."""

    async def status(self) -> Answer:
        """How the kiosk is."""

    async def reprint(self, record: str) -> str:
        """Print a slip once more; the id of the job."""

    async def ask(
        self, command: str, params: Mapping[str, Any], deadline: float = DEADLINE
    ) -> Answer:
        """The answer of any command with one; `deadline` is for a kiosk that runs."""


@asynccontextmanager
async def open_desk(config: Config, language: str) -> AsyncIterator[Desk]:
    """The running kiosk's desk, or our own while nobody else has the data folder."""
    import asyncio

    try:
        ownership = await asyncio.to_thread(Ownership, config.data, config.control)
    except StoreError as error:
        if error.code != "store.owned":
            raise
        yield _RunningDesk(config.control, language)
        return
    try:
        # Opening a kiosk loads database and client: not for a command that asks another.
        from kiosk.bootstrap.own_desk import open_own_desk

        async with open_own_desk(config, language) as desk:
            yield desk
    finally:
        ownership.release()


@dataclass(frozen=True, slots=True)
class _RunningDesk:
    """The desk of the kiosk behind a control socket."""

    socket: Path
    language: str

    async def verify(self, payload: bytes, *, offline: bool = False) -> Answer:
        """Check one code's text as scanned."""
        return await self.ask("verify", {"payload": payload.hex(), "offline": offline})

    async def status(self) -> Answer:
        """How the kiosk is."""
        return await self.ask("status", {})

    async def reprint(self, record: str) -> str:
        """Print a slip once more."""
        return str((await self.ask("reprint", {"record": record}))["job"])

    async def ask(
        self, command: str, params: Mapping[str, Any], deadline: float = DEADLINE
    ) -> Answer:
        """The answer of any command with one."""
        from kiosk.control import ask

        asked = {"language": self.language, **params}
        return await ask(self.socket, command, asked, deadline=deadline)
