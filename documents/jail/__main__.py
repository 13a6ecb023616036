"""`python -m documents.jail FD`: the warmed parent, over the control socket open as FD."""

from __future__ import annotations

import signal
import socket
import sys

from documents.jail.fork_server import ForkServer


def main() -> int:
    """Serve until the other side closes; the exit status."""
    # Ctrl+C at a terminal is for the command; this process ends with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ForkServer(socket.socket(fileno=int(sys.argv[1]))).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
