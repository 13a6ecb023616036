"""Textual resolves and reads the app's style sheets as it starts, before anything is shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from blockbuster import blockbuster_ctx

from tests.conftest import OURS

STARTING = {
    "textual/_path.py": "_make_path_object_relative",
    "textual/css/stylesheet.py": "read_all",
}


@pytest.fixture(autouse=True)
def no_blocking_calls() -> Iterator[None]:
    """As everywhere, with that one exception."""
    with blockbuster_ctx(OURS) as guard:
        for function in guard.functions.values():
            function.can_block_in("<frozen importlib._bootstrap_external>", "get_data")
            function.can_block_in("<frozen importlib._bootstrap>", "_find_and_load")
            for file, name in STARTING.items():
                function.can_block_in(file, name)
        yield
