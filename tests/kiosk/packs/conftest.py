from __future__ import annotations

from pathlib import Path

import pytest

from tests.kiosk.packs.shop import NOW, TODAY, Known, Pack, Shop, large_pack, overlay, segment
from tests.verifier_contract import known_invoices


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "stick")


@pytest.fixture(scope="session")
def large() -> Pack:
    return large_pack()


@pytest.fixture(scope="session")
def october() -> tuple[Known, ...]:
    """A few invoices of one day in October."""
    return tuple(known_invoices(TODAY)[name] for name in ("normal", "voided", "paper", "checked"))


@pytest.fixture(scope="session", autouse=True)
def compiled(october: tuple[Known, ...]) -> None:
    """The builder's compiled parts are loaded from the disk before any loop runs."""
    segment("2026-10", october)
    overlay("ovr-2026-11-24", october, NOW, NOW)
