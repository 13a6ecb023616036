"""What the control socket and the command line can ask about offline data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.packs.source import FolderSource

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from kiosk.bootstrap.core import Core


@dataclass(frozen=True, slots=True)
class PackCommands:
    """Each answers with one JSON object or raises `KioskError`."""

    core: Core

    @property
    def table(self) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]]:
        """The commands by the names callers use."""
        return {
            "packs.import": self.take,
            "packs.fetch": self.fetch,
            "packs.status": self.status,
        }

    async def take(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Take what is in `folder`, an absolute path; how the packs stand after it."""
        await self.core.packs.ensure_open()
        source = FolderSource(Path(str(params.get("folder", ""))))
        taken = await self.core.packs.take(source)
        return {"taken": taken, **await self.status({})}

    async def fetch(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Take what the server has."""
        del params
        await self.core.packs.ensure_open()
        taken = await self.core.packs.take(self.core.keeper.source)
        return {"taken": taken, **await self.status({})}

    async def status(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """How the packs stand: `version` is None where none are in use."""
        del params
        packs = self.core.packs
        await packs.ensure_open()
        form: dict[str, Any] = {
            "trusted": packs.trusted,
            "fault": packs.fault,
            "progress": None if packs.progress is None else list(packs.progress),
            "version": None,
        }
        if packs.current is None:
            return form
        manifest = packs.current.manifest
        return form | {
            "version": manifest.version,
            "as_of": manifest.as_of.isoformat(),
            "expires": manifest.expires.isoformat(),
            "expired": max(self.core.clock.now(), manifest.issued_at) >= manifest.expires,
            "files": len(packs.current.files),
            "bytes": sum(file.length for file in packs.current.files),
            "refused": len(packs.current.refused),
        }
