"""A kiosk's folder as it is left by kiosks that ended well, were killed, or still hold it."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]

HOLDER = """
import asyncio, os, sys
from pathlib import Path
from kiosk.db.ownership import Ownership
from tests.kiosk.stand_ins import new_check, opened

async def main(folder):
    held = Ownership(folder, folder / "control.sock")
    async with opened(folder) as database:
        await database.checks.add(new_check(str(os.getpid())))
        print("holds", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    held.release()

asyncio.run(main(Path(sys.argv[1])))
"""


@contextmanager
def holder(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that owns the folder and has written a check; it does not answer anybody."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdin
    assert process.stdout
    try:
        assert process.stdout.readline() == b"holds\n"
        yield process
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


def killed(folder: Path) -> None:
    """The folder as a power cut leaves it: the log is there, nobody has read it."""
    with holder(folder) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(20)
    log = folder / "kiosk.db-wal"
    assert log.stat().st_size > 0


def ended(folder: Path) -> None:
    """The folder as a kiosk leaves it that ended in order."""
    with holder(folder):
        pass
    assert not (folder / "kiosk.db-wal").exists()


def traces(folder: Path) -> dict[str, tuple[int, int, int, str]]:
    """All that a look could change: names, sizes, times and contents."""
    return {
        str(path.relative_to(folder)): (
            (status := path.lstat()).st_mode,
            status.st_size,
            status.st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in sorted((folder, *folder.rglob("*")))
    }
