"""Where the font comes from, and what is said when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from printers.document import Document, Text
from printers.encode import encode
from printers.errors import DocumentError
from printers.font import find_font
from printers.profile import Profile


def test_the_installed_font_draws_chinese() -> None:
    font = find_font()
    assert font is not None
    assert font.at(24) is font.at(24)
    assert font.at(24).getlength("验") == 24


def test_a_font_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_font(tmp_path / "none.otf") is None
    monkeypatch.setattr("printers.font.PACKAGE", "no_such_package_of_fonts")
    assert find_font() is None


def test_a_file_that_is_no_font(tmp_path: Path) -> None:
    path = tmp_path / "broken.otf"
    path.write_bytes(b"not a font")
    with pytest.raises(DocumentError) as refused:
        encode(Document((Text("x"),)), Profile(text="raster"), find_font(path))
    assert refused.value.code == "font.unreadable"
