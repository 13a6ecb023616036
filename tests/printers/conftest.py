"""The same bench over every way to reach a printer."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from printers.profile import Profile
from printers.spooler import Spooler
from tests.printers.bench import HASTY, Bench
from tests.printers.carriers import CARRIERS, TcpCarrier


@pytest_asyncio.fixture(params=sorted(CARRIERS))
async def any_bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    """A printer reached by TCP, serial line and USB in turn."""
    bench = Bench(CARRIERS[request.param](384), Profile())
    await bench.carrier.start()
    yield bench
    await bench.carrier.stop()


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[Bench]:
    """A printer on the network."""
    bench = Bench(TcpCarrier(384), Profile())
    await bench.carrier.start()
    yield bench
    await bench.carrier.stop()


@pytest_asyncio.fixture
async def spooler(any_bench: Bench) -> AsyncIterator[Spooler]:
    """A started spooler over the printer of `any_bench`."""
    async with any_bench.running() as spooler:
        yield spooler


@pytest_asyncio.fixture
async def hasty_spooler(any_bench: Bench) -> AsyncIterator[Spooler]:
    """The same for a printer that will keep silent."""
    async with any_bench.running(HASTY) as spooler:
        yield spooler
