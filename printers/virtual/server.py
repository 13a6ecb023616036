"""The virtual printer on the network: data on one port, commands on another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from printers.virtual.control import Control
from printers.virtual.engine import Engine
from printers.virtual.listener import Listener

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from printers.font import Font

_READ = 4096


class VirtualPrinter(Engine):
    """A network printer on this machine's loopback; a port of 0 is known once it has started.

    A `control_port` of `None` means that there is none.
    """

    def __init__(
        self,
        *,
        dots: int = 384,
        port: int = 0,
        control_port: int | None = None,
        font: Font | None = None,
        out: Path | None = None,
    ) -> None:
        super().__init__(dots=dots, font=font, out=out)
        self._data = Listener(self._receive, port)
        control = None if control_port is None else Listener(Control(self).serve, control_port)
        self._control = control

    @property
    def port(self) -> int:
        """Where it takes data."""
        return self._data.port

    @property
    def control_port(self) -> int | None:
        """Where it takes commands."""
        return None if self._control is None else self._control.port

    async def start(self) -> None:
        """Listen and print."""
        await super().start()
        await self.plug()
        if self._control is not None:
            await self._control.open()

    async def stop(self) -> None:
        """Leave the network and switch off."""
        if self._control is not None:
            await self._control.close()
        await self.unplug()
        await super().stop()

    async def plug(self) -> None:
        """Put the network cable in."""
        await self._data.open()

    async def unplug(self) -> None:
        """Pull the network cable: connections break, new ones are refused."""
        await self._data.close()

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connect(writer.write)
        try:
            while data := await reader.read(_READ):
                await self.ready()
                if not self.deliver(data):
                    return
        finally:
            self.disconnect(writer.write)
