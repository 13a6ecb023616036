"""The packs of a kiosk: opened at the start, fetched from a source, put into use all at once.

Verify, then persist: a list is proved and found newer before it is kept, a chunk before it is
written, all files before the list that names them is put into use by one rename. Whatever moment
the power goes, the old packs or the new ones are in use, never a mixture.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from helpdesk.wire import pack_manifest
from helpdesk.wire.errors import WireError
from invoices.pack import PackError
from kiosk.packs.errors import PacksError
from kiosk.packs.folder import ACTIVE, WANTED
from kiosk.packs.opened import open_packs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from datetime import datetime

    from helpdesk.wire.pack_manifest import Accepted, Held, Manifest, PackFile
    from kiosk.packs.folder import PackFolder, Part
    from kiosk.packs.opened import OpenPacks
    from kiosk.packs.source import PackSource
    from kiosk.packs.trust import PackTrust

logger = logging.getLogger(__name__)

_TRIES = 3
"""How often a file is put together before its source counts as broken."""


class PackStore:
    """Holds what is in use in `current`. `trust` gives the keys as they are now."""

    def __init__(self, folder: PackFolder, trust: Callable[[], PackTrust | None]) -> None:
        self._folder = folder
        self._trust = trust
        self._turn = asyncio.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._opened = False
        self._signed_at: datetime | None = None
        self.current: OpenPacks | None = None
        self.progress: tuple[int, int] | None = None
        """Bytes done and to do while new packs are on their way."""
        self.fault: str | None = None
        """Why the last attempt to take new packs failed: the code of an error."""

    @property
    def trusted(self) -> bool:
        """Whether this kiosk has keys to read packs with."""
        return self._trust() is not None

    @property
    def latest(self) -> datetime | None:
        """The latest time that a list said, proved by its signature: it cannot be earlier now.

        A list counts whose files have not come yet, too.
        """
        return self._signed_at

    def listen(self, heard: Callable[[], None]) -> None:
        """Call `heard` whenever other packs are in use, or none."""
        self._listeners.append(heard)

    async def ensure_open(self) -> None:
        """Open what was in use last, unless that was done."""
        if not self._opened:
            await self.open()

    async def open(self) -> None:
        """Open what was in use last. Packs that cannot be used leave the kiosk without."""
        async with self._turn:
            self._opened = True
            trust = self._trust()
            if trust is None:
                self._become(None)
                return
            try:
                self._become(await asyncio.to_thread(self._open, trust))
            except (PacksError, PackError, WireError) as error:
                logger.error("packs cannot be opened: %s", error.code)  # noqa: TRY400 - coded
                self.fault = error.code
                self._become(None)

    async def take(self, source: PackSource) -> bool:
        """Bring the packs up to what a source has; whether other ones are in use now.

        What came is kept, however this ends: the next call goes on from there.

        Raises:
            PacksError: Why not; what was in use still is.
            TransportError: The source cannot be reached.
        """
        async with self._turn, self._noted():
            trust = self._trust()
            if trust is None:
                raise PacksError("pack.no_key")
            await asyncio.to_thread(self._folder.prepare)
            signed = await source.manifest()
            accepted = await asyncio.to_thread(self._accepted, signed, trust)
            if accepted is None:
                return False
            await self._fetch(trust.readable(accepted.manifest), source)
            opened = await asyncio.to_thread(self._put_into_use, accepted.manifest, trust)
            # In groups of three: the log masks longer runs of digits, as it does invoice numbers.
            logger.info("packs of version %s are in use", f"{accepted.manifest.version:,}")
            self._become(opened)
            await asyncio.to_thread(self._folder.sweep, opened.files)
            return True

    async def wipe(self) -> None:
        """Forget and remove everything: the kiosk is trusted no more."""
        async with self._turn:
            self._become(None)
            self._signed_at = None
            await asyncio.to_thread(self._folder.wipe)

    # Blocking parts, for a thread.

    def _open(self, trust: PackTrust) -> OpenPacks | None:
        for kept in (self._kept(which, trust) for which in (WANTED, ACTIVE)):
            self._note(kept)
        signed = self._folder.list_of(ACTIVE)
        if signed is None:
            return None
        manifest = pack_manifest.read(signed, trust.signers).manifest
        opened = open_packs(self._folder, manifest, trust)
        for file in opened.files:
            if file.name in opened.refused:
                logger.error("pack %s is refused: %s", file.name, opened.refused[file.name])
                # Of no use to anybody; so it is fetched anew.
                self._folder.drop(file)
        return opened

    def _accepted(self, signed: bytes | None, trust: PackTrust) -> Accepted | None:
        """The list to bring into use: the given one if it is newer, else one that was begun.

        None where all that there is to have is in use.
        """
        kept = [self._kept(which, trust) for which in (WANTED, ACTIVE)]
        newest = max(
            (each for each in kept if each is not None),
            key=lambda each: each.held.version,
            default=None,
        )
        if signed is not None:
            held = None if newest is None else newest.held
            newest = self._proved(signed, trust, held)
        self._note(newest)
        if newest is None:
            raise PacksError("pack.none")
        if self._in_use(newest.held) and self._is_active(newest.held, kept[1]):
            return None
        if signed is not None:
            self._folder.want(signed)
        elif kept[0] is None:
            self._folder.want(self._folder.list_of(ACTIVE) or b"")
        return newest

    def _note(self, proved: Accepted | None) -> None:
        if proved is not None:
            issued_at = proved.manifest.issued_at
            self._signed_at = max(self._signed_at or issued_at, issued_at)

    def _proved(self, signed: bytes, trust: PackTrust, held: Held | None) -> Accepted:
        try:
            return pack_manifest.accept(signed, trust.signers, held)
        except WireError as error:
            raise PacksError(error.code, error.params) from error

    def _kept(self, which: str, trust: PackTrust) -> Accepted | None:
        """A list on our own disk; None where it is not there or not genuine any more."""
        signed = self._folder.list_of(which)
        if signed is None:
            return None
        try:
            return pack_manifest.read(signed, trust.signers)
        except WireError as error:
            logger.warning("the %s list is not used: %s", which, error.code)
            return None

    def _in_use(self, held: Held) -> bool:
        """Whether what is open is this list, and all of it.

        What was cut off after its rename is active on the disk and not in use.
        """
        current = self.current
        return current is not None and current.whole and current.manifest.version == held.version

    @staticmethod
    def _is_active(held: Held, active: Accepted | None) -> bool:
        return active is not None and active.held == held

    def _put_into_use(self, manifest: Manifest, trust: PackTrust) -> OpenPacks:
        """All files open, then the one rename."""
        try:
            opened = open_packs(self._folder, manifest, trust)
        except PackError as error:
            raise PacksError(error.code) from error
        if manifest.files and not opened.files:
            raise PacksError("pack.foreign_key")
        for file in opened.files:
            if code := opened.refused.get(file.name):
                if code != "pack.foreign_key":
                    self._folder.drop(file)
                raise PacksError(code, {"name": file.name})
        self._folder.activate()
        return opened

    # Fetching.

    async def _fetch(self, files: Sequence[PackFile], source: PackSource) -> None:
        """The small files first: today's changes count before a month's invoices."""
        wanted = sorted(files, key=lambda file: file.length)
        missing = [file for file in wanted if not await asyncio.to_thread(self._folder.has, file)]
        await asyncio.to_thread(self._folder.make_room, missing)
        total = sum(file.length for file in missing)
        done = 0
        for file in missing:
            self.progress = (done, total)
            await self._fetch_file(file, source)
            done += file.length
        self.progress = (done, total)

    async def _fetch_file(self, file: PackFile, source: PackSource) -> None:
        part = self._folder.part(file)
        hashes = await self._hashes(file, part, source)
        for _ in range(_TRIES):
            for number in await asyncio.to_thread(part.missing):
                data = await source.chunk(file, number)
                await asyncio.to_thread(_keep, part, number, data, hashes[number], file)
                self._advance(len(data))
            if await asyncio.to_thread(part.complete, hashes):
                return
        raise PacksError("pack.chunk", {"name": file.name})

    def _advance(self, count: int) -> None:
        done, total = self.progress or (0, 0)
        self.progress = (min(done + count, total), total)

    async def _hashes(self, file: PackFile, part: Part, source: PackSource) -> tuple[bytes, ...]:
        own = pack_manifest.own_chunk_list(file)
        if own is not None:
            return (own,)
        kept = await asyncio.to_thread(part.list_of_chunks)
        if kept is not None:
            try:
                return pack_manifest.check_chunk_list(file, kept)
            except WireError:
                logger.warning("the chunk list of %s is fetched anew", file.name)
        given = await source.chunk_list(file)
        try:
            hashes = pack_manifest.check_chunk_list(file, given)
        except WireError as error:
            raise PacksError(error.code, {"name": file.name}) from error
        await asyncio.to_thread(part.keep_list, given)
        return hashes

    # Telling.

    def _become(self, opened: OpenPacks | None) -> None:
        self.current = opened
        for heard in self._listeners:
            heard()

    @asynccontextmanager
    async def _noted(self) -> AsyncIterator[None]:
        try:
            yield
        except PacksError as error:
            self.fault = error.code
            raise
        finally:
            self.progress = None
        self.fault = None


def _keep(part: Part, number: int, data: bytes, wanted: bytes, file: PackFile) -> None:
    """Raises `PacksError` `pack.chunk` for data that are not what the list says."""
    if hashlib.sha256(data).digest() != wanted:
        raise PacksError("pack.chunk", {"name": file.name})
    part.write(number, data)
