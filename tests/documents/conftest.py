from __future__ import annotations

from collections.abc import Iterator

import pytest

from documents.jail.client import Jail


@pytest.fixture(scope="module")
def jail() -> Iterator[Jail]:
    """One warmed parent for the tests of a module."""
    with Jail() as started:
        yield started
