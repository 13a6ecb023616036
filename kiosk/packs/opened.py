"""The packs of one signed list, open: each file proved by the list, mapped, and asked as one.

A file that is not what the list says is refused by name, and never asked. The others go on, but
for the issue dates that it covers: a segment beside it knows only a part of them.
"""

from __future__ import annotations

import hashlib
import mmap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from invoices.pack import Overlay, PackError, PackSet, Segment
from invoices.pack.container import Expected
from invoices.pack.periods import segment_period

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from helpdesk.wire.pack_manifest import Manifest, PackFile
    from kiosk.packs.folder import PackFolder
    from kiosk.packs.trust import PackTrust

MISSING: Final = "pack.missing"
_STEP: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class OpenPacks:
    """What a kiosk can be asked now. `refused`: why one of `files` is not among them."""

    manifest: Manifest
    files: tuple[PackFile, ...]
    packs: PackSet
    refused: Mapping[str, str]

    @property
    def whole(self) -> bool:
        """Whether every file of the list is in use."""
        return not self.refused


def open_packs(folder: PackFolder, manifest: Manifest, trust: PackTrust) -> OpenPacks:
    """Open what is there. Reads every file once: outside the event loop.

    Raises:
        PackError: `pack.duplicate`, which no signed list has.
    """
    segments: dict[str, Segment] = {}
    overlays: list[Overlay] = []
    refused: dict[str, str] = {}
    files = trust.readable(manifest)
    for file in files:
        try:
            view = _proved(folder, file)
            expected = Expected(name=file.pack, verified=True)
            if file.overlay:
                overlays.append(Overlay.open(view, trust.keys, expected))
            else:
                segments[file.name] = Segment.open(view, trust.keys, expected)
        except PackError as error:
            refused[file.name] = error.code
        except OSError:
            refused[file.name] = MISSING
    gone = [file for file in files if file.name in refused and not file.overlay]
    left = [segment for segment in segments.values() if not _touched(segment, gone)]
    return OpenPacks(manifest, files, PackSet(left, overlays), refused)


def _proved(folder: PackFolder, file: PackFile) -> memoryview:
    """The file in memory's reach, once its hash is the list's. It is unmapped when unused."""
    with folder.path(file).open("rb") as opened:
        try:
            view = memoryview(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))
        except ValueError as error:  # empty
            raise OSError from error
    digest = hashlib.sha256()
    for at in range(0, len(view), _STEP):
        digest.update(view[at : at + _STEP])
    if digest.digest() != file.digest:
        raise PackError("pack.damaged")
    return view


def _touched(segment: Segment, gone: Sequence[PackFile]) -> bool:
    """Whether a segment shares issue dates with one that is missing."""
    periods = [segment_period(file.pack) for file in gone if file.region == segment.header.region]
    mine = segment.period
    return any(each.first <= mine.last and mine.first <= each.last for each in periods)
