"""Here the tables themselves are made and tried."""

from __future__ import annotations

import pytest


@pytest.fixture
def with_tables() -> bool:
    return False
