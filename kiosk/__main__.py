"""The command `kiosk`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and exit with its status."""
    # What follows loads only what the command at hand needs.
    from kiosk.cli.app import run

    sys.exit(run(sys.argv[1:], os.environ))


if __name__ == "__main__":
    main()
