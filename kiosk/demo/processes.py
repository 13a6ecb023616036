"""Child processes of the demo: started, heard, and always ended."""

from __future__ import annotations

import json
import selectors
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kiosk.demo.errors import DemoError

STOP_SECONDS = 8.0
"""How long a child may take to end after SIGTERM before it is killed."""


def run(module: str, arguments: Sequence[str], log: Path) -> None:
    """Run `python -m module` to its end.

    Raises:
        DemoError: `demo.step` when it exits with anything but 0; its output is in `log`.
    """
    with log.open("ab") as output:
        done = subprocess.run(  # noqa: S603 -- our own modules, no shell
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    if done.returncode != 0:
        raise DemoError("demo.step", step=f"{module} {arguments[0]}", log=str(log))


def answer(module: str, arguments: Sequence[str], log: Path) -> dict[str, Any]:
    """Run `python -m module` to its end; the JSON object on its last line of output.

    Raises:
        DemoError: `demo.step` when it fails or says anything else.
    """
    with log.open("ab") as errors:
        done = subprocess.run(  # noqa: S603 -- our own modules, no shell
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            check=False,
        )
    try:
        said = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None
    except (ValueError, IndexError):
        said = None
    if not isinstance(said, dict):
        raise DemoError("demo.step", step=f"{module} {arguments[0]}", log=str(log))
    return said


class Service:
    """A child that says on its first line of output, as JSON, where it listens."""

    def __init__(
        self, module: str, arguments: Sequence[str], log: Path, env: Mapping[str, str]
    ) -> None:
        """Start it at once; `announcement` waits for the line."""
        self._name = module
        self._log = log
        with log.open("ab") as errors:
            self._child = subprocess.Popen(  # noqa: S603 -- our own modules, no shell
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=dict(env),
                start_new_session=True,  # Ctrl-C on the demo's terminal is the kiosk's, not theirs
            )

    def announcement(self, seconds: float) -> dict[str, Any]:
        """The first line it prints.

        Raises:
            DemoError: `demo.silent` when the line does not come in time or is no JSON object.
        """
        output = self._child.stdout
        line = b""
        if output is not None:
            with selectors.DefaultSelector() as selector:
                selector.register(output, selectors.EVENT_READ)
                line = output.readline() if selector.select(seconds) else b""
        try:
            said = json.loads(line)
        except ValueError as error:
            raise self._silent() from error
        if not isinstance(said, dict):
            raise self._silent()
        return said

    def stop(self) -> None:
        """End it: SIGTERM, then SIGKILL when it does not listen. Twice is harmless."""
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
            try:
                self._child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
        if self._child.stdout is not None:
            self._child.stdout.close()

    def _silent(self) -> DemoError:
        return DemoError("demo.silent", part=self._name, log=str(self._log))
