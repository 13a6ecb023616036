"""Seeded chance against the spooler: faults, restarts and time in any order."""

from __future__ import annotations

import asyncio
import random

import pytest

from printers.ledger import OPEN, JobState, Reason
from printers.spooler import Spooler
from printers.virtual import Fault
from tests.printers.bench import HASTY, Bench

STEPS = 40
FAULTS = [
    Fault.NEAR_END, Fault.PAPER_OUT, Fault.COVER_OPEN, Fault.SILENT, Fault.SLOW, Fault.DROP,
]  # fmt: skip


class Story:
    """One run of chance over one printer and one ledger."""

    def __init__(self, bench: Bench, seed: int) -> None:
        self.bench = bench
        self.chance = random.Random(seed)
        self.names: list[str] = []
        self.spooler: Spooler = bench.spooler(HASTY)

    async def run(self) -> None:
        await self.spooler.start()
        for _ in range(STEPS):
            await self._step()
            await asyncio.sleep(self.chance.choice([0, 0, 0.005, 0.03]))
        await self._calm()

    async def _step(self) -> None:
        engine, carrier = self.bench.carrier.engine, self.bench.carrier
        match self.chance.randrange(12):
            case 0 | 1 | 2 | 3:
                self.names.append(f"J{len(self.names)}")
                await self.spooler.submit(self.bench.job(self.names[-1]))
            case 4 | 5 | 6:
                after = self.chance.choice([0, self.chance.randrange(1, 500)])
                engine.fail(self.chance.choice(FAULTS), after, rate=2000)
            case 7 | 8:
                engine.mend()
            case 9:
                self.bench.clock.move(self.chance.choice([1, 70]))
            case 10:
                await self._restart()
            case _:
                await carrier.unplug()
                await carrier.plug()

    async def _restart(self) -> None:
        await self.spooler.close(grace=0.0)
        self.spooler = self.bench.spooler(HASTY)
        await self.spooler.start()

    async def _calm(self) -> None:
        """Everything is put right; every job finds its end, and the next slip comes out whole."""
        engine = self.bench.carrier.engine
        engine.mend()
        await self.bench.carrier.plug()
        for name in self.names:
            await self.bench.reach(name, *(set(JobState) - OPEN))
        await self.spooler.submit(self.bench.job("last"))
        await self.bench.reach("last", JobState.CONFIRMED)
        await self.spooler.close()
        assert self.bench.printed("last") == 1
        assert engine.waiting == 0


@pytest.mark.parametrize("seed", range(5))
async def test_no_slip_twice_and_no_record_lost(any_bench: Bench, seed: int) -> None:
    story = Story(any_bench, seed)
    await story.run()
    for name in story.names:
        entry, printed = await any_bench.entry(name), any_bench.printed(name)
        if entry.state is JobState.CONFIRMED:
            assert printed == 1, name
        elif entry.state is JobState.FAILED:
            assert (printed, entry.reason) == (0, Reason.EXPIRED), name
        else:
            assert entry.state is JobState.DOUBTFUL
            assert printed <= 1, (name, entry.reason)


async def test_the_story_is_not_empty(bench: Bench) -> None:
    """Chance must reach every ending, or the test above says little."""
    ends: set[JobState] = set()
    for seed in range(40):  # which ending a seed comes to depends on the machine's pace
        story = Story(bench, seed)
        story.names = [f"first{seed}"]
        await bench.ledger.add(bench.job(story.names[0]))
        await story.run()
        ends |= {(await bench.entry(name)).state for name in story.names}
        if ends >= {JobState.CONFIRMED, JobState.DOUBTFUL, JobState.FAILED}:
            return
    raise AssertionError(ends)
