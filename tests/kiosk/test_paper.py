"""The printer that the configuration describes."""

from __future__ import annotations

import asyncio
import os
import pty
import shutil
import termios
from pathlib import Path

import pytest

from kiosk.bootstrap.paper import ask_printer, printer_of
from kiosk.config import Config
from kiosk.config_file import load
from printers.document import Document, Text
from printers.errors import DocumentError
from printers.font import find_font

_INPUT, _CONTROL = 0, 2
"""Places of the flags in what `tcgetattr` gives."""


def config_of(folder: Path, printer: str) -> Config:
    path = folder / "config.toml"
    path.write_text(f"[printer]\n{printer}\n", encoding="utf-8")
    return load(path, {})


@pytest.mark.parametrize(
    ("flow", "soft", "hard"),
    [("none", False, False), ("xonxoff", True, False), ("rtscts", False, True)],
)
async def test_a_serial_line_has_the_configured_flow_control(
    tmp_path: Path, flow: str, *, soft: bool, hard: bool
) -> None:
    master, line = pty.openpty()
    try:
        address = f'kind = "serial"\naddress = "{os.ttyname(line)}"\ndeadline = 0.2'
        config = await asyncio.to_thread(config_of, tmp_path, f'{address}\nflow = "{flow}"')
        assert await ask_printer(config) == "unknown"  # nobody answers at the other end
        flags = termios.tcgetattr(line)
    finally:
        os.close(line)
        os.close(master)
    assert bool(flags[_INPUT] & (termios.IXON | termios.IXOFF)) is soft
    assert bool(flags[_CONTROL] & termios.CRTSCTS) is hard


async def test_pictures_are_drawn_in_the_configured_font(tmp_path: Path) -> None:
    installed = await asyncio.to_thread(find_font)
    assert installed is not None
    own = tmp_path / "own.otf"
    await asyncio.to_thread(shutil.copy, installed.path, own)
    drawn = 'kind = "file"\naddress = "slips.bin"\ntext = "raster"\nfont = "own.otf"'
    config = await asyncio.to_thread(config_of, tmp_path, drawn)
    slip = Document((Text("发票"),))
    printer = await asyncio.to_thread(printer_of, config)
    assert b"\x1dv0" in await printer.encode(slip)
    await printer.close()
    await asyncio.to_thread(own.write_bytes, b"no font")
    printer = await asyncio.to_thread(printer_of, config)
    with pytest.raises(DocumentError, match=r"font\.unreadable"):
        await printer.encode(slip)
    await printer.close()
