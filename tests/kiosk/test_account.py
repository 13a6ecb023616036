"""A command run as the wrong account leaves nothing behind, and says as whom to run it."""

from __future__ import annotations

import fcntl
import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.db.ownership import LOCK, Ownership
from kiosk.db.port import StoreError

ROOT = Path(__file__).parents[2]
NOBODY = pwd.getpwnam("nobody").pw_uid


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A folder of another account."""
    if os.geteuid() != 0:
        return Path("/usr/share")
    folder = tmp_path / "kiosk"
    folder.mkdir(mode=0o700)
    os.chown(folder, NOBODY, -1)
    return folder


def test_enrolment_as_another_account_is_refused_and_leaves_no_file(
    foreign: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[kiosk]\ndata = "{foreign}"\nserver = "http://127.0.0.1:9"\n')
    before = sorted(foreign.iterdir())
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "enrol", "7ZQX-0M4K-9T2R-HHWC", "--config", str(config)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "en_US.UTF-8"},
    )
    owner = pwd.getpwuid(foreign.stat().st_uid).pw_name
    assert done.returncode == 3
    assert done.stderr.startswith("error[store.foreign]: ")
    assert f"sudo -u {owner}" in done.stderr
    assert sorted(foreign.iterdir()) == before


def test_a_kiosk_does_not_start_in_the_folder_of_another_account(foreign: Path) -> None:
    with pytest.raises(StoreError) as caught:
        Ownership(foreign, foreign / "control.sock")
    assert caught.value.code == "store.foreign"
    assert not (foreign / LOCK).exists()


def test_a_folder_that_is_yet_to_be_made_belongs_to_who_makes_it(tmp_path: Path) -> None:
    Ownership(tmp_path / "a" / "b", tmp_path / "control.sock").release()
    assert (tmp_path / "a" / "b" / LOCK).exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make files in another's folder")
def test_root_makes_no_folder_inside_one_of_the_service_account(foreign: Path) -> None:
    with pytest.raises(StoreError) as caught:
        Ownership(foreign / "data", foreign / "control.sock")
    assert caught.value.params["owner"] == "nobody"
    assert not (foreign / "data").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be turned into another account")
def test_while_the_kiosk_runs_its_socket_is_asked_whoever_asks(foreign: Path) -> None:
    lock = foreign / LOCK
    with lock.open("wb") as held:
        os.chown(lock, NOBODY, -1)
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(StoreError) as caught:
            Ownership(foreign, foreign / "control.sock")
    assert caught.value.code == "store.owned"
