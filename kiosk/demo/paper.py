"""The virtual printer's control port: faults by command, and the slips that came out."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiosk.demo.errors import DemoError

ANSWER_SECONDS = 10.0
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class PrintedSlip:
    """What one cut of paper shows, and its picture."""

    text: str
    picture: Path


class Paper:
    """Asks the printer on `port` of this machine; one connection for each question."""

    def __init__(self, port: int) -> None:
        self._port = port

    def command(self, name: str, **arguments: int) -> dict[str, Any]:
        """Send one command.

        Raises:
            DemoError: `demo.printer` when the printer is gone or does not know the command.
        """
        try:
            with socket.create_connection(("127.0.0.1", self._port), ANSWER_SECONDS) as connection:
                connection.sendall(json.dumps({"command": name, **arguments}).encode() + b"\n")
                with connection.makefile("rb") as answers:
                    said = json.loads(answers.readline())
        except (OSError, ValueError) as error:
            raise DemoError("demo.printer", command=name) from error
        if not isinstance(said, dict) or said.get("ok") is not True:
            raise DemoError("demo.printer", command=name)
        return said

    def slips(self) -> list[PrintedSlip]:
        """All slips since the printer was switched on."""
        said = self.command("slips")["slips"]
        return [PrintedSlip(slip["text"], Path(slip["png"] or "")) for slip in said]

    def wait_slip(self, holds: Callable[[str], bool], seconds: float) -> PrintedSlip | None:
        """The first slip whose text `holds`, `None` when none comes in time."""
        end = time.monotonic() + seconds
        while True:
            for slip in self.slips():
                if holds(slip.text):
                    return slip
            if time.monotonic() > end:
                return None
            time.sleep(POLL_SECONDS)
