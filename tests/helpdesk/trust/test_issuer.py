from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from helpdesk.errors import HelpdeskError
from helpdesk.security import KeyRing
from helpdesk.trust.issuer import (
    ISSUER_FILE,
    ROOT_FILE,
    init_root,
    read_issuer,
    renew_issuer,
)
from helpdesk.wire.trust_list import certificate_of
from tests.helpdesk.wire.world import NOW

Folders = tuple[Path, Path]


def made(folders: Folders, ring: KeyRing) -> None:
    init_root(folders[1], folders[0], ring, NOW, os.urandom)


def test_the_root_certifies_the_issuer_for_a_year(folders: Folders, ring: KeyRing) -> None:
    made(folders, ring)
    issuer = read_issuer(folders[0], ring)
    certificate = certificate_of(issuer.certificate, [issuer.root])
    assert certificate.public == issuer.signer.key.public
    assert certificate.not_after - certificate.not_before == timedelta(days=365)
    assert issuer.not_after == NOW + timedelta(days=365)


def test_the_roots_seed_is_in_its_own_folder_only(folders: Folders, ring: KeyRing) -> None:
    made(folders, ring)
    keys, stick = folders
    root = stick / ROOT_FILE
    assert root.stat().st_mode & 0o777 == 0o600
    assert (keys / ISSUER_FILE).stat().st_mode & 0o777 == 0o600
    seed = root.read_text().strip()
    assert len(bytes.fromhex(seed)) == 32
    for path in keys.iterdir():
        assert seed not in path.read_text()


def test_the_issuers_seed_is_sealed(folders: Folders, ring: KeyRing) -> None:
    given: list[bytes] = []

    def random(size: int) -> bytes:
        given.append(os.urandom(size))
        return given[-1]

    init_root(folders[1], folders[0], ring, NOW, random)
    written = (folders[0] / ISSUER_FILE).read_text()
    assert [seed.hex() in written for seed in given] == [False, False]


def test_a_root_is_never_overwritten(folders: Folders, ring: KeyRing, tmp_path: Path) -> None:
    made(folders, ring)
    with pytest.raises(HelpdeskError, match=r"keys\.exist"):
        init_root(tmp_path / "other", folders[0], ring, NOW, os.urandom)
    assert not (tmp_path / "other").exists()
    (folders[0] / ISSUER_FILE).unlink()
    with pytest.raises(HelpdeskError, match=r"keys\.exist"):
        made(folders, ring)


@pytest.mark.parametrize("place", [".", "root", "../keys/root"])
def test_a_root_does_not_lie_among_the_servers_keys(
    folders: Folders, ring: KeyRing, place: str
) -> None:
    with pytest.raises(HelpdeskError, match=r"trust\.root_place"):
        init_root(folders[0] / place, folders[0], ring, NOW, os.urandom)


def test_the_same_root_certifies_another_issuer(folders: Folders, ring: KeyRing) -> None:
    made(folders, ring)
    first = read_issuer(folders[0], ring)
    second = renew_issuer(folders[1], folders[0], ring, NOW + timedelta(days=300), os.urandom)
    assert second.root == first.root
    assert second.signer.key != first.signer.key
    assert second.not_after == NOW + timedelta(days=665)


def test_another_root_cannot_take_over(folders: Folders, ring: KeyRing, tmp_path: Path) -> None:
    made(folders, ring)
    before = (folders[0] / ISSUER_FILE).read_bytes()
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    (other / ROOT_FILE).touch(mode=0o600)
    (other / ROOT_FILE).write_text("07" * 32)
    with pytest.raises(HelpdeskError, match=r"trust\.other_root"):
        renew_issuer(other, folders[0], ring, NOW, os.urandom)
    assert (folders[0] / ISSUER_FILE).read_bytes() == before


@pytest.mark.parametrize("root", ["", ', "root": 7', ', "root": "zz"'])
def test_a_damaged_issuer_is_not_written_over(folders: Folders, ring: KeyRing, root: str) -> None:
    made(folders, ring)
    damaged = f'{{"format": 1{root}}}'
    (folders[0] / ISSUER_FILE).write_text(damaged)
    with pytest.raises(HelpdeskError, match=r"trust\.issuer"):
        renew_issuer(folders[1], folders[0], ring, NOW, os.urandom)
    assert (folders[0] / ISSUER_FILE).read_text() == damaged


@pytest.mark.parametrize("content", ["", "zz", "07" * 31])
def test_a_file_that_is_no_root_is_refused(folders: Folders, ring: KeyRing, content: str) -> None:
    folders[1].mkdir(mode=0o700)
    (folders[1] / ROOT_FILE).touch(mode=0o600)
    (folders[1] / ROOT_FILE).write_text(content)
    with pytest.raises(HelpdeskError, match=r"keys\.format"):
        renew_issuer(folders[1], folders[0], ring, NOW, os.urandom)


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 2},
        {"seed": "00"},
        {"certificate": "00"},
        {"root": "09" * 32},
        {"kid": "00000000"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_altered_issuer_is_refused(
    folders: Folders, ring: KeyRing, changes: dict[str, object]
) -> None:
    made(folders, ring)
    path = folders[0] / ISSUER_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    with pytest.raises(HelpdeskError, match=r"trust\.issuer"):
        read_issuer(folders[0], ring)


def test_an_issuer_belongs_to_one_key_ring(folders: Folders, ring: KeyRing, tmp_path: Path) -> None:
    made(folders, ring)
    with pytest.raises(HelpdeskError, match=r"trust\.issuer"):
        read_issuer(folders[0], KeyRing.create(tmp_path / "ring"))


@pytest.mark.parametrize("content", ["", "[]", "{}", '"', "\x00"])
def test_a_file_that_is_no_issuer_is_refused(folders: Folders, ring: KeyRing, content: str) -> None:
    path = folders[0] / ISSUER_FILE
    path.touch(mode=0o600)
    path.write_text(content)
    with pytest.raises(HelpdeskError, match=r"trust\.issuer"):
        read_issuer(folders[0], ring)
