from __future__ import annotations

from pathlib import Path

from helpdesk.packs.shelf import Shelf


def test_what_a_killed_build_left_is_cleared(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "packs")
    shelf.prepare()
    (shelf.work / "all-2026-09").write_bytes(b"half")
    # A build of millions keeps its records in a folder of its own.
    (shelf.work / "pack-k1ll3d").mkdir()
    (shelf.work / "pack-k1ll3d" / "0000").write_bytes(b"records")
    outside = tmp_path / "outside"
    outside.mkdir()
    (shelf.work / "link").symlink_to(outside)

    shelf.prepare()

    assert not list(shelf.work.iterdir())
    assert outside.is_dir()
