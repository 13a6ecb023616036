"""The screen's process; `python -m kiosk.bootstrap CONFIG` runs it without a supervisor."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.bootstrap.run import ready
from kiosk.complaints import complain, tell, texts
from kiosk.config_file import load
from kiosk.errors import KioskError

if TYPE_CHECKING:
    from collections.abc import MutableMapping

FAULT = 1


def main(config: Path, environ: MutableMapping[str, str]) -> int:
    """Run the screen; its exit status: `FAULT`, or what `tell` gives where it cannot start."""
    # Nothing made before the first paint is garbage: looking for it takes 20 ms of CPU.
    # It is switched on again behind that paint.
    gc.disable()
    try:
        show = ready(load(config, environ), environ)
    except KioskError as error:
        return tell(texts(environ), error)
    try:
        return show()
    except Exception as error:  # noqa: BLE001 - the last handler: its type, never its text
        complain(texts(environ), "cli.bug", {"type": type(error).__name__})
        return FAULT


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), os.environ))
