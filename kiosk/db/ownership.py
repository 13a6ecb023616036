"""One process owns the data folder; a second one is told whom to ask."""

from __future__ import annotations

import fcntl
import os
import pwd
from pathlib import Path

from kiosk.db.port import StoreError

LOCK = "kiosk.lock"


class Ownership:
    """The lock on a data folder. It ends with the process, however that ends."""

    def __init__(self, folder: Path, control: Path) -> None:
        """Make the folder where there is none (for its owner alone), and lock it.

        Raises:
            StoreError: `store.owned` naming the control socket of the owner, `store.foreign`
                where the folder is another account's (what this one made in it, root included,
                the kiosk could not open), or `store.unusable` where it cannot be written.
        """
        foreign = _foreign_owner(folder)
        make = os.O_CREAT if foreign is None else 0
        try:
            if foreign is None:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(folder / LOCK, os.O_RDWR | make | os.O_CLOEXEC, 0o600)
        except OSError as error:
            if foreign is not None:
                raise _foreign(folder, foreign) from error
            raise StoreError("store.unusable", {"reason": str(error.strerror)}) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            raise StoreError("store.owned", {"socket": str(control)}) from error
        if foreign is not None:
            os.close(self._descriptor)
            raise _foreign(folder, foreign)

    def release(self) -> None:
        """Give the folder to the next one."""
        os.close(self._descriptor)


def _foreign_owner(folder: Path) -> int | None:
    """The account that the folder belongs to, or will by the folder above it; None: this one."""
    account = os.geteuid()
    for place in (folder, *folder.absolute().parents):
        try:
            owner = place.stat().st_uid
        except OSError:
            continue
        # Folders above may be anybody's: only root makes one where its owner would be another.
        mine = owner == account or (place != folder and account != 0)
        return None if mine else owner
    return None


def _foreign(folder: Path, owner: int) -> StoreError:
    params = {
        "folder": str(folder),
        "owner": _name_of(owner),
        "account": _name_of(os.geteuid()),
    }
    return StoreError("store.foreign", params)


def _name_of(account: int) -> str:
    try:
        return pwd.getpwuid(account).pw_name
    except KeyError:
        return f"#{account}"  # as sudo -u takes it
