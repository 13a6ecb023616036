"""The journal as a file for a stick: what the server has not judged, readable by it alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from helpdesk.wire import journal_batch, journal_file
from helpdesk.wire.errors import WireError
from kiosk.errors import KioskError
from kiosk.identity.book import IdentityError
from kiosk.key_file import write_private

if TYPE_CHECKING:
    from pathlib import Path

    from helpdesk.wire.journal_batch import PushBatch
    from kiosk.identity.book import IdentityBook
    from kiosk.identity.identity import Identity
    from kiosk.ids import RandomBytes
    from kiosk.journal.outbox import Outbox

_EPHEMERAL_BYTES: Final = 32


class ExportError(KioskError):
    """`export.file`: the file cannot be written."""


@dataclass(frozen=True, slots=True)
class Exported:
    """How much went into the file."""

    entries: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Export:
    """The use case."""

    outbox: Outbox
    identities: IdentityBook
    random: RandomBytes

    async def write(self, path: Path, *, whole: bool = False) -> Exported:
        """Write the entries after the server's mark, or all that are kept, into a new file.

        Nothing counts as delivered by this: the server's word comes with the next contact.

        Raises:
            IdentityError: `identity.none`: nobody has pinned a server's key here.
            ExportError: the file cannot be written, or is there already.
        """
        identity = self.identities.current
        if identity is None:
            raise IdentityError("identity.none")
        batches = await self._batches(identity, whole=whole)
        sealing = identity.server.sealing
        data = journal_file.seal_file(sealing, batches, self.random(_EPHEMERAL_BYTES))
        await asyncio.to_thread(_write_new, path, data)
        entries = sum(len(batch.entries) for batch in batches)
        first = batches[0].after + 1 if batches else 0
        return Exported(entries, first, first + entries - 1 if entries else 0)

    async def _batches(self, identity: Identity, *, whole: bool) -> list[PushBatch]:
        at = await self.outbox.position()
        before = await self.outbox.head_at(at, at.base.seq if whole else at.mark)
        signer, batches = identity.pair.signer, []
        while before is not None and (entries := await self.outbox.after(at, before.seq)):
            try:
                batch = journal_batch.batch(signer, identity.kiosk, at.journal, before, entries)
            except WireError as error:
                raise ExportError("journal.broken", error.params) from error
            batches.append(batch)
            before = await self.outbox.head_at(at, before.seq + len(entries))
        return batches


def _write_new(path: Path, data: bytes) -> None:
    if path.exists():
        raise ExportError("export.exists", {"file": str(path)})
    try:
        write_private(path, data)
    except OSError as error:
        raise ExportError(
            "export.file", {"file": str(path), "reason": str(error.strerror)}
        ) from error
