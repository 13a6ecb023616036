"""The command `kiosk`."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """Run the command line and exit with its status."""
    # What follows loads only what the command at hand needs.
    from kiosk.cli.plain_run import config_of

    config = config_of(sys.argv[1:])
    if config is not None:
        from kiosk.bootstrap.supervised import run_supervised

        sys.exit(run_supervised(Path(config), os.environ))
    from kiosk.cli.app import run

    sys.exit(run(sys.argv[1:], os.environ))


if __name__ == "__main__":
    main()
