"""The folder of the finished packs: what kiosks may fetch, and what only the server needs.

`public/` holds the manifest, the packs and their chunk lists; copied to a stick it is what
`kiosk packs import` takes. Beside it lie the index of what was published, and `work/`.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import re
import shutil
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Final

from helpdesk.packs import published as index
from helpdesk.packs.errors import PacksError
from helpdesk.wire.pack_manifest import CHUNKS_SUFFIX, MANIFEST_FILE, NAME_PATTERN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from pathlib import Path

    from helpdesk.packs.published import Published

KEPT_SECONDS: Final = 48 * 3600
"""A file that no longer counts stays so long: a kiosk may be in the middle of it."""

_PATIENCE: Final = 120.0
_LOOK: Final = 0.1
_NAME: Final = re.compile(NAME_PATTERN.strip("^$"))


class Shelf:
    """The folder of one installation. Its calls block: outside the loop, in a thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.public = folder / "public"
        self.work = folder / "work"

    def prepare(self) -> None:
        """Make the folders, and clear what an interrupted build left. Raises `PacksError`."""
        with _told(self.folder):
            for folder in (self.public, self.work):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for left in self.work.iterdir():
                # A large build that was killed leaves a folder of records.
                if left.is_dir() and not left.is_symlink():
                    shutil.rmtree(left)
                else:
                    left.unlink()

    def path(self, name: str) -> Path | None:
        """A public file by the name that a stranger gives; None for any other text."""
        stem = name.removesuffix(CHUNKS_SUFFIX)
        return self.public / name if _NAME.fullmatch(stem) else None

    def manifest(self) -> bytes | None:
        """The signed manifest; None before the first build."""
        try:
            return (self.public / MANIFEST_FILE).read_bytes()
        except FileNotFoundError:
            return None

    def load(self) -> Published:
        """What counts now. Raises `PacksError` `packs.index`."""
        return index.load(self.folder)

    def take(self, draft: Path, name: str) -> None:
        """Put a finished file and its chunk list among the public ones. Raises `PacksError`."""
        with _told(self.folder):
            beside = draft.with_name(draft.name + CHUNKS_SUFFIX)
            beside.replace(self.public / (name + CHUNKS_SUFFIX))
            draft.replace(self.public / name)

    def publish(self, published: Published, manifest: bytes, now: int) -> None:
        """Let these count: the index first, then the manifest; then what is long out of date goes.

        A crash between the two leaves a manifest that the next build replaces.
        """
        with _told(self.folder):
            index.sync_folder(self.public)
            index.save(self.folder, published)
            index.replace_file(self.public / MANIFEST_FILE, manifest)
            self._sweep(published, now)

    def _sweep(self, published: Published, now: int) -> None:
        counting = published.names()
        for path in self.public.iterdir():
            name = path.name.removesuffix(CHUNKS_SUFFIX)
            since = published.retired.get(name, 0)
            if path.name != MANIFEST_FILE and name not in counting and now - since > KEPT_SECONDS:
                path.unlink()

    def retired(self, before: Published, names: frozenset[str], now: int) -> Mapping[str, int]:
        """Names that no longer count and are still there, and since when."""
        gone = dict.fromkeys(before.names() - names, now)
        told = gone | {name: at for name, at in before.retired.items() if name not in names}
        return {name: at for name, at in told.items() if now - at <= KEPT_SECONDS}


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """A disk's refusal as ours."""
    try:
        yield
    except OSError as error:
        code = "packs.full" if error.errno == errno.ENOSPC else "packs.folder"
        raise PacksError(code, path=str(folder)) from error


@asynccontextmanager
async def building(shelf: Shelf) -> AsyncIterator[None]:
    """Be the only one who builds, in any process of this machine.

    Raises:
        PacksError: `packs.busy` where another build goes on for minutes, `packs.folder`.
    """
    with _told(shelf.folder):
        await asyncio.to_thread(shelf.folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        descriptor = await asyncio.to_thread(
            os.open, shelf.folder / "build.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
    try:
        for _ in range(int(_PATIENCE / _LOOK)):
            if _locked(descriptor):
                break
            await asyncio.sleep(_LOOK)
        else:
            raise PacksError("packs.busy")
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
