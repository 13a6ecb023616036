"""What holds for every test: no blocking call in the loop, no task left behind, no host config."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from blockbuster import blockbuster_ctx
from hypothesis import HealthCheck, settings

OURS = ["invoices", "documents", "printers", "tui", "kiosk", "helpdesk"]

settings.register_profile(
    "yanpiao",
    deadline=None,
    derandomize=True,
    max_examples=int(os.environ.get("YANPIAO_EXAMPLES", "60")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("yanpiao")


def pytest_configure() -> None:
    """A script's background job ignores Ctrl+C, and so would every program that a test starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def no_blocking_calls() -> Iterator[None]:
    """A call of ours that blocks the event loop fails the test."""
    with blockbuster_ctx(OURS) as guard:
        # Importing a module late reads its file once; that is a cost, not a stall.
        for function in guard.functions.values():
            function.can_block_in("<frozen importlib._bootstrap_external>", "get_data")
            function.can_block_in("<frozen importlib._bootstrap>", "_find_and_load")
        yield


@pytest.fixture(autouse=True)
def no_discovered_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of the machine must not change what a test sees."""
    for name in list(os.environ):
        if name.startswith("YANPIAO_"):
            monkeypatch.delenv(name)


@pytest_asyncio.fixture(autouse=True)
async def no_lingering_tasks(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """A task that outlives its test is a leak in the product."""
    before = asyncio.all_tasks()
    yield
    # The teardown runs in a task of its own, which is no leak.
    mine = {asyncio.current_task()}
    left = [task for task in asyncio.all_tasks() - before - mine if not task.done()]
    for task in left:
        task.cancel()
    if left:
        await asyncio.gather(*left, return_exceptions=True)
        pytest.fail(f"tasks still running: {left!r}")
