"""Disks that are full for a while."""

from __future__ import annotations

import resource
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Protocol, Self

import psutil
import pytest

from tests.e2e.centre_kiosk import until

BLOCK = 4096


class Disk(Protocol):
    """Where a process writes."""

    folder: Path

    def fill(self, *processes: psutil.Process) -> None:
        """From now on these processes find no room."""

    def free(self) -> None:
        """There is room again."""


class Tmpfs:
    """A file system of its own in memory, filled to its last byte."""

    def __init__(self, folder: Path, mebibytes: int) -> None:
        self.folder = folder
        self._size = f"size={mebibytes}m"
        self._ballast = folder / "ballast"

    def __enter__(self) -> Self:
        self.folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", self._size, "tmpfs", str(self.folder)]
        try:
            subprocess.run(mount, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"no file system of its own here (it takes root): {error}")
        return self

    def __exit__(self, *_: object) -> None:
        # A process that was killed lets go of its files a moment later.
        until(lambda: subprocess.run(["umount", str(self.folder)], check=False).returncode == 0)

    def fill(self, *_processes: psutil.Process) -> None:
        with self._ballast.open("ab", buffering=0) as ballast, suppress(OSError):
            while ballast.write(bytes(BLOCK)):
                pass

    def free(self) -> None:
        self._ballast.unlink()


class Quota:
    """The kernel lets the processes write no file any further: what needs no rights."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held: list[tuple[psutil.Process, tuple[int, int]]] = []

    def __enter__(self) -> Self:
        self.folder.mkdir()
        return self

    def __exit__(self, *_: object) -> None:
        self.free()

    def fill(self, *processes: psutil.Process) -> None:
        for process in processes:
            before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, before[1]))
            self._held.append((process, before))

    def free(self) -> None:
        for process, before in self._held:
            with suppress(psutil.NoSuchProcess):
                # The parent first: a child that is born now is born without the limit.
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)
                for child in process.children():
                    resource.prlimit(child.pid, resource.RLIMIT_FSIZE, before)
        self._held.clear()
