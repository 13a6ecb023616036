"""A key counts only where nobody else could read it, or put another one in its place."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.key_file import KeyFileError, destroy, read_private, write_private

KEY = bytes(range(32))


@pytest.fixture
def key(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    write_private(folder / "kiosk.key", KEY)
    return folder / "kiosk.key"


def linked(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved"))


@pytest.mark.parametrize(
    ("spoiled", "code"),
    [
        (lambda key: key.chmod(0o640), "key.exposed"),
        (lambda key: key.parent.chmod(0o777), "key.folder"),
        (lambda key: key.parent.chmod(0o770), "key.folder"),
        (lambda key: key.unlink(), "key.missing"),
        (linked, "key.link"),
        pytest.param(
            lambda key: os.chown(key, 4242, 4242),
            "key.owner" if os.geteuid() == 0 else None,
            id="another account's, which only root can make",
        ),
    ],
)
def test_a_key_that_others_can_reach_is_refused(
    key: Path, spoiled: Callable[[Path], object], code: str | None
) -> None:
    if code is None:
        with pytest.raises(PermissionError):
            spoiled(key)
        return
    spoiled(key)
    with pytest.raises(KeyFileError) as caught:
        read_private(key)
    assert caught.value.code == code


def test_a_key_is_read_and_destroyed(key: Path) -> None:
    assert read_private(key) == KEY
    twin = key.with_name("twin")
    twin.hardlink_to(key)
    destroy(key)
    assert not key.exists()
    assert twin.read_bytes() == bytes(32), "overwritten before it was removed"
    with pytest.raises(KeyFileError) as caught:
        destroy(key)
    assert caught.value.code == "key.undestroyed"


def test_the_administrator_reads_what_is_the_kiosks_accounts(key: Path) -> None:
    if os.geteuid() == 0:
        for path in (key.parent, key):
            os.chown(path, 4242, 4242)
    assert read_private(key) == KEY
