"""`python -m printers.virtual`: run a printer without paper until it is interrupted."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from printers.font import find_font
from printers.virtual import VirtualPrinter


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, print the ports as one JSON line, serve until SIGINT or SIGTERM."""
    options = _parser().parse_args(arguments)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
    asyncio.run(_serve(options))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m printers.virtual",
        description="An ESC/POS network printer without paper, with faults on command.",
        epilog="Commands are JSON lines on the control port, such as "
        '{"command": "paper-out"}, {"command": "ok"} or {"command": "slips"}.',
    )
    parser.add_argument("--port", type=int, default=9100, help="TCP port for data; 0 chooses one")
    parser.add_argument("--control", type=int, default=0, help="TCP port for commands; 0 chooses")
    parser.add_argument("--dots", type=int, choices=(384, 576), default=384, help="58 or 80 mm")
    parser.add_argument("--out", type=Path, help="folder for the slips as text and PNG")
    parser.add_argument("--font", type=Path, help="font file; default is Noto Sans SC")
    return parser


async def _serve(options: argparse.Namespace) -> None:
    printer = VirtualPrinter(
        dots=options.dots,
        port=options.port,
        control_port=options.control,
        font=find_font(options.font),
        out=options.out,
    )
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await printer.start()
    sys.stdout.write(json.dumps({"port": printer.port, "control": printer.control_port}) + "\n")
    sys.stdout.flush()
    await ended.wait()
    await printer.stop()


if __name__ == "__main__":
    sys.exit(main())
