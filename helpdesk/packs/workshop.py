"""The server's side of the building process: started for a build, fed, and always ended."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog

from helpdesk.packs.errors import PacksError
from helpdesk.packs.job import Made, framed, rows_message
from helpdesk.registry.store import seal_place

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

    from helpdesk.config import Config
    from helpdesk.packs.extract import Row
    from helpdesk.packs.job import Job

_END_SECONDS: Final = 5.0
_WORSE_NICENESS: Final = 10
_CACHE: Final = "NUMBA_CACHE_DIR"

_log = structlog.stdlib.get_logger("helpdesk.packs")


class Workshop:
    """A running building process. Made by `workshop`."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def make(self, job: Job, pages: AsyncGenerator[Sequence[Row], None]) -> Made:
        """Build one file of these rows; no more than a few pages are in memory at a time.

        Raises:
            PacksError: What the process reports; `packs.worker` where it ended.
            DatabaseError: From the rows; the process is of no use then.
        """
        try:
            await self._send(job.dump())
            async for page in pages:
                if page:
                    await self._send(rows_message([_sealed(row) for row in page]))
            await self._send(b"")
        finally:
            await pages.aclose()
        return Made(**(await self._heard())["made"])

    async def greet(self, config: Config) -> None:
        """Tell where the keys are and what the dials say. Raises as `workshop`."""
        form = {"keys": str(config.keys.absolute()), "dials": asdict(config.packs)}
        await self._send(json.dumps(form).encode())
        await self._heard()

    async def _heard(self) -> dict[str, Any]:
        """The process' next line.

        Raises:
            PacksError: `packs.worker` where there is none, or the error it tells.
        """
        line = await self._process.stdout.readline() if self._process.stdout else b""
        try:
            form = json.loads(line)
        except ValueError as error:
            raise PacksError("packs.worker") from error
        if "error" in form:
            raise PacksError(form["error"], **form["params"])
        return dict(form)

    async def _send(self, message: bytes) -> None:
        if self._process.stdin is None:
            raise PacksError("packs.worker")
        try:
            self._process.stdin.write(framed(message))
            await self._process.stdin.drain()
        except OSError as error:
            raise PacksError("packs.worker") from error


@asynccontextmanager
async def workshop(config: Config) -> AsyncIterator[Workshop]:
    """A building process for the length of a block; it ends with it, whatever happens.

    It gets the dials and the folder of the key ring, and opens that itself.

    Raises:
        PacksError: `packs.extra`, `packs.worker`, or what the key ring reports.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "helpdesk.packs.worker"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
        start_new_session=True,
        env=await asyncio.to_thread(_environment, config),
    )
    # A build can wait; a visitor cannot.
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process.pid, _WORSE_NICENESS)
    try:
        shop = Workshop(process)
        await shop.greet(config)
        yield shop
    finally:
        await _ended(process)


def _environment(config: Config) -> dict[str, str]:
    """Ours, and a place for compiled code where the program's own folder is read-only."""
    if os.access(Path(__file__).parent, os.W_OK) or _CACHE in os.environ:
        return dict(os.environ)
    return {**os.environ, _CACHE: str(config.packs_folder.absolute() / "compiled")}


async def _ended(process: Process) -> None:
    """Close its input, which tells it to end; kill it when it does not, or we must hurry."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_END_SECONDS):
            await process.wait()
    except TimeoutError:
        _log.warning("packs.worker_killed")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _sealed(row: Row) -> tuple[str, str, bytes]:
    """What the process needs of a row: where its seal belongs, its state, the seal."""
    return seal_place(row.identity, row.version), row.state, row.sealed
