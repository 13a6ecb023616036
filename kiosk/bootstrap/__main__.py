"""The screen's process, as the supervisor starts it: `python -m kiosk.bootstrap CONFIG`.

Without typer: what a visitor waits for after a restart is this process.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kiosk.bootstrap.run import run
from kiosk.config_file import ConfigError, load
from kiosk.errors import KioskError

BAD_CONFIGURATION, CANNOT_RUN = 2, 3


def main() -> int:
    """Run the screen; its exit status."""
    try:
        return run(load(Path(sys.argv[1]), os.environ), os.environ)
    except ConfigError as error:
        _complain(error)
        return BAD_CONFIGURATION
    except KioskError as error:
        _complain(error)
        return CANNOT_RUN


def _complain(error: KioskError) -> None:
    # The supervisor's parent has told the sentence; here is what a log keeps.
    print(f"error[{error.code}]", file=sys.stderr)  # noqa: T201 - the log of the service


if __name__ == "__main__":
    sys.exit(main())
