"""What has been published: kept as one JSON file beside the packs, replaced as a whole."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from helpdesk.packs.errors import PacksError
from helpdesk.wire.pack_manifest import PackFile
from invoices.pack.periods import Period, overlay_day, segment_period

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE: Final = "index.json"
_FORM: Final = 1


@dataclass(frozen=True, slots=True)
class Piece:
    """One published file.

    Attributes:
        pack: its id; `region` and `epoch`: of its key.
        length: bytes; `digest`: SHA-256, hex; `chunks`: SHA-256 of its chunks' hashes, hex.
        as_of: seconds since 1970 UTC; it tells of the registry as it was then.
        since: an overlay holds every change after it; 0 in a segment.
        revision: the registry's last write that it knows of.
        after: an overlay holds the writes after this one; -1 in a segment that holds all rows of
            its period, else only rows added after this one are in it.
        count: invoices in it; `unreadable`: rows that could not be opened, left out.
        dials: the settings it was built with, as one text: others make it stale.
    """

    pack: str
    region: str
    epoch: int
    length: int
    digest: str
    chunks: str
    as_of: int
    since: int
    revision: int
    after: int
    count: int
    unreadable: int
    dials: str

    @property
    def overlay(self) -> bool:
        """Whether it tells of changed states only."""
        return self.pack.startswith("ovr-")

    @property
    def supplement(self) -> bool:
        """Whether it holds only what came in after its period was built."""
        return not self.overlay and self.after >= 0

    @property
    def period(self) -> Period:
        """Issue dates of a segment; of an overlay the day it was made."""
        if self.overlay:
            day = overlay_day(self.pack)
            return Period(day, day)
        return segment_period(self.pack)

    @property
    def file(self) -> PackFile:
        """What the manifest says of it."""
        return PackFile(
            pack=self.pack,
            region=self.region,
            epoch=self.epoch,
            length=self.length,
            digest=bytes.fromhex(self.digest),
            chunks=bytes.fromhex(self.chunks),
            as_of=datetime.fromtimestamp(self.as_of, UTC),
        )


@dataclass(frozen=True, slots=True)
class Published:
    """All that counts now. `retired`: names that no longer do, and since when (seconds)."""

    version: int
    revision: int
    as_of: int
    issued_at: int
    pieces: tuple[Piece, ...]
    retired: Mapping[str, int]

    def names(self) -> frozenset[str]:
        """The names of the files that count."""
        return frozenset(piece.file.name for piece in self.pieces)


NOTHING: Final = Published(0, -1, 0, 0, (), {})
"""Before the first build."""


def load(folder: Path) -> Published:
    """What was published last, `NOTHING` before the first time.

    Raises:
        PacksError: `packs.index` for a file that cannot be read; remove it and build anew.
    """
    path = folder / FILE
    try:
        form = json.loads(path.read_bytes())
        if form["form"] != _FORM:
            raise PacksError("packs.index", path=str(path))
        pieces = tuple(Piece(**piece) for piece in form["pieces"])
        published = Published(
            version=int(form["version"]),
            revision=int(form["revision"]),
            as_of=int(form["as_of"]),
            issued_at=int(form["issued_at"]),
            pieces=pieces,
            retired={str(name): int(at) for name, at in form["retired"].items()},
        )
        published.names()
    except FileNotFoundError:
        return NOTHING
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PacksError("packs.index", path=str(path)) from error
    return published


def save(folder: Path, published: Published) -> None:
    """Replace the index; the old or the new one is there, whole, whatever happens."""
    form = {"form": _FORM, **asdict(published)}
    replace_file(folder / FILE, json.dumps(form, indent=1).encode() + b"\n")


def replace_file(path: Path, content: bytes) -> None:
    """Write a file that is there as a whole or not at all, also after a power cut."""
    draft = path.with_name(f"{path.name}.new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names in a folder last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
