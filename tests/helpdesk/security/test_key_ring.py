from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.security import KeyRing, KeyRingError, SealError

FILES = [KeyRing.ROOT_FILE, KeyRing.RING_FILE, KeyRing.ACCESS_FILE]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    KeyRing.create(tmp_path / "keys")
    return tmp_path / "keys"


def test_files_are_for_their_owner_only(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE((folder / name).stat().st_mode) for name in FILES] == [0o600] * 3


def test_a_new_key_lasts_through_a_power_cut(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    real = os.fsync

    def noted(descriptor: int) -> None:
        ring = (folder / KeyRing.RING_FILE).read_bytes()
        synced.append((Path(f"/proc/self/fd/{descriptor}").readlink(), ring))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    KeyRing.rotate(folder)
    assert synced[-1] == (folder, (folder / KeyRing.RING_FILE).read_bytes())


def test_opening_again_opens_what_was_sealed(folder: Path) -> None:
    sealed = KeyRing.open(folder).sealer("invoice").seal(7, "票".encode())
    ring = KeyRing.open(folder)
    assert ring.sealer("invoice").open(7, sealed) == "票".encode()
    assert ring.kiosk_access.hex() == (folder / "kiosk-access").read_text().strip()


def test_keys_are_never_overwritten(folder: Path) -> None:
    before = {name: (folder / name).read_bytes() for name in FILES}
    with pytest.raises(KeyRingError, match=r"keys\.exist"):
        KeyRing.create(folder)
    assert {name: (folder / name).read_bytes() for name in FILES} == before


class PowerCutError(Exception):
    pass


def test_a_ring_that_a_power_cut_left_half_made_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = os.fsync, 0

    def cut(descriptor: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise PowerCutError
        real(descriptor)

    monkeypatch.setattr(os, "fsync", cut)
    for syncs in count():
        folder = tmp_path / str(syncs)
        left = syncs
        try:
            KeyRing.create(folder)
            break
        except PowerCutError:
            left = 1000
        whole = (folder / KeyRing.RING_FILE).exists()
        made = KeyRing.open(folder) if whole else KeyRing.create(folder)
        assert made.kiosk_access == KeyRing.open(folder).kiosk_access
        with pytest.raises(KeyRingError, match=r"keys\.exist"):
            KeyRing.create(folder)
    assert syncs > 6
    assert sorted(each.name for each in folder.iterdir()) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
def test_one_file_that_is_left_of_a_ring_is_kept(folder: Path, name: str) -> None:
    for other in FILES:
        if other != name:
            (folder / other).unlink()
    before = (folder / name).read_bytes()
    with pytest.raises(KeyRingError, match=r"keys\.exist"):
        KeyRing.create(folder)
    assert [each.name for each in folder.iterdir()] == [name]
    assert (folder / name).read_bytes() == before


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_can_touch_is_refused(folder: Path, name: str, mode: int) -> None:
    (folder / name).chmod(mode)
    with pytest.raises(KeyRingError, match=r"keys\.mode") as caught:
        KeyRing.open(folder)
    assert caught.value.params["path"].endswith(name)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(KeyRingError, match=r"keys\.missing") as caught:
        KeyRing.open(folder)
    assert caught.value.params["path"].endswith(name)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 200_000,
        b'{"format": 1, "keys": [{"kind": 1}]}',
        b'{"format": 2, "keys": []}',
        b'{"format": 1, "keys": []}',
    ],
)
def test_a_damaged_ring_is_a_coded_error(folder: Path, content: bytes) -> None:
    (folder / KeyRing.RING_FILE).write_bytes(content)
    with pytest.raises(KeyRingError, match=r"keys\.format"):
        KeyRing.open(folder)


@pytest.mark.parametrize("content", [b"", b"zz", b"00" * 31, b"\xff\xfe"])
def test_a_damaged_root_is_a_coded_error(folder: Path, content: bytes) -> None:
    (folder / KeyRing.ROOT_FILE).write_bytes(content)
    with pytest.raises(KeyRingError, match=r"keys\.format"):
        KeyRing.open(folder)


def test_a_foreign_root_opens_nothing(folder: Path) -> None:
    (folder / KeyRing.ROOT_FILE).write_text("11" * 32)
    with pytest.raises(KeyRingError, match=r"keys\.root"):
        KeyRing.open(folder)


def test_a_wrapped_key_cannot_take_another_place(folder: Path) -> None:
    path = folder / KeyRing.RING_FILE
    ring = json.loads(path.read_text())
    ring["keys"][0]["kind"], ring["keys"][1]["kind"] = "index", "data"
    path.write_text(json.dumps(ring))
    with pytest.raises(KeyRingError, match=r"keys\.root"):
        KeyRing.open(folder)


def test_rotation_seals_with_the_new_key_and_reads_the_old(folder: Path) -> None:
    old = KeyRing.open(folder).sealer("invoice").seal(1, b"before")
    assert KeyRing.rotate(folder) == 2
    ring = KeyRing.open(folder)
    new = ring.sealer("invoice").seal(1, b"after")
    assert (old[2:4], new[2:4]) == (b"\0\1", b"\0\2")
    assert ring.sealer("invoice").open(1, old) == b"before"
    assert ring.sealer("invoice").open(1, new) == b"after"
    assert stat.S_IMODE((folder / KeyRing.RING_FILE).stat().st_mode) == 0o600


def test_a_version_the_ring_does_not_hold(folder: Path) -> None:
    ring = KeyRing.open(folder)
    blob = bytearray(ring.sealer("invoice").seal(1, b"x"))
    blob[3] = 9
    with pytest.raises(SealError, match=r"seal\.version"):
        ring.sealer("invoice").open(1, bytes(blob))


def test_a_moved_blob_does_not_open(folder: Path) -> None:
    ring = KeyRing.open(folder)
    blob = ring.sealer("invoice").seal("7", b"plain")
    for table, row_id in [("invoice", "8"), ("invoice", 7), ("invoice", b"7"), ("check", "7")]:
        with pytest.raises(SealError, match=r"seal\.broken"):
            ring.sealer(table).open(row_id, blob)  # type: ignore[arg-type]


def test_another_ring_does_not_open_it(folder: Path, tmp_path: Path) -> None:
    blob = KeyRing.open(folder).sealer("invoice").seal(1, b"plain")
    with pytest.raises(SealError, match=r"seal\.broken"):
        KeyRing.create(tmp_path / "other").sealer("invoice").open(1, blob)


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return KeyRing.create(tmp_path_factory.mktemp("ring") / "keys")


@given(plain=st.binary(max_size=300), row=st.one_of(st.integers(), st.text(), st.binary()))
def test_every_row_comes_back_and_no_two_seals_are_alike(
    ring: KeyRing, plain: bytes, row: int | str | bytes
) -> None:
    sealer = ring.sealer("invoice")
    first, second = sealer.seal(row, plain), sealer.seal(row, plain)
    assert sealer.open(row, first) == sealer.open(row, second) == plain
    assert first != second
    assert len(first) == 4 + 12 + len(plain) + 16


@given(data=st.data())
def test_any_damage_is_noticed(ring: KeyRing, data: st.DataObject) -> None:
    sealer = ring.sealer("invoice")
    blob = sealer.seal(1, b"plain text")
    place = data.draw(st.integers(0, len(blob) - 1))
    flip = data.draw(st.integers(1, 255))
    damaged = blob[:place] + bytes([blob[place] ^ flip]) + blob[place + 1 :]
    for wrong in (damaged, blob[:place], blob + b"\0"):
        with pytest.raises(SealError):
            sealer.open(1, wrong)


@given(garbage=st.binary(max_size=100))
def test_bytes_that_are_no_seal(ring: KeyRing, garbage: bytes) -> None:
    with pytest.raises(SealError):
        ring.sealer("invoice").open(1, garbage)


def test_an_index_shows_equality_in_one_place_only(ring: KeyRing) -> None:
    value = b"|24112000000012345678"
    index = ring.index("invoice", "identity")
    assert index.of(value) == ring.index("invoice", "identity").of(value)
    others = [
        ring.index("check", "identity"),
        ring.index("invoice", "x"),
        ring.number_index("invoice"),
    ]
    values = [index.of(value), *(other.of(value) for other in others), index.of(value + b"0")]
    assert len(set(values)) == len(values)
    assert index.hex(value) == index.of(value).hex()
    assert len(index.of(value)) == 16


def test_a_name_cannot_run_into_its_neighbour(ring: KeyRing) -> None:
    assert ring.index("ab", "c").of(b"x") != ring.index("a", "bc").of(b"x")


def test_a_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o770)
    with pytest.raises(KeyRingError, match=r"keys\.folder"):
        KeyRing.create(shared)


@pytest.mark.parametrize(
    ("spoiled", "code"),
    [
        (lambda folder: folder.chmod(0o777), "keys.folder"),
        (lambda folder: folder.chmod(0o770), "keys.folder"),
        (lambda folder: (folder / "issuer.json").touch(0o640), "keys.mode"),
        (lambda folder: (folder / "root.key").chmod(0o644), "keys.mode"),
        (lambda folder: os.chown(folder / "root.key", 4242, 4242), "keys.owner"),
        (lambda folder: replaced_by_a_link(folder / "ring.json"), "keys.missing"),
    ],
)
def test_a_ring_that_others_can_reach_is_not_opened(
    folder: Path, spoiled: Callable[[Path], object], code: str
) -> None:
    if code == "keys.owner" and os.geteuid() != 0:
        with pytest.raises(PermissionError):
            spoiled(folder)
        return
    spoiled(folder)
    with pytest.raises(KeyRingError, match=code.replace(".", r"\.")):
        KeyRing.open(folder)


def replaced_by_a_link(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved"))


def test_the_administrator_may_open_the_ring_of_the_servers_account(folder: Path) -> None:
    (folder / "root-key.pub").touch(0o644)
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            os.chown(path, 4242, 4242)
    KeyRing.open(folder)
