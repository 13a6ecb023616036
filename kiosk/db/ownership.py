"""One process owns the data folder; a second one is told whom to ask."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from kiosk.db.port import StoreError

if TYPE_CHECKING:
    from pathlib import Path

LOCK = "kiosk.lock"


class Ownership:
    """The lock on a data folder. It ends with the process, however that ends."""

    def __init__(self, folder: Path, control: Path) -> None:
        """Make the folder where there is none (for its owner alone), and lock it.

        Raises:
            StoreError: `store.owned` naming the control socket of the owner, or
                `store.unusable` where the folder cannot be written.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError("store.unusable", {"reason": str(error.strerror)}) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            raise StoreError("store.owned", {"socket": str(control)}) from error

    def release(self) -> None:
        """Give the folder to the next one."""
        os.close(self._descriptor)
