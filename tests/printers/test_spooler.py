"""What people rely on: one slip once, nothing lost, nothing old, and always said how it went."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Literal

import pytest

from printers.document import Document, Text
from printers.encode import encode
from printers.errors import LedgerError, RetryError
from printers.ledger import JobState, MemoryLedger, Reason
from printers.profile import Profile
from printers.spooler import Spooler
from printers.status import PrinterState
from printers.virtual import Fault
from tests.printers.bench import FONT, Bench, eventually, slip

DONE = (JobState.SENT, JobState.CONFIRMED, JobState.DOUBTFUL, JobState.FAILED)
REASONS = {
    Fault.PAPER_OUT: PrinterState.PAPER_OUT,
    Fault.COVER_OPEN: PrinterState.COVER_OPEN,
    Fault.SILENT: PrinterState.UNKNOWN,
}


async def test_a_slip_is_printed_and_confirmed(any_bench: Bench, spooler: Spooler) -> None:
    await spooler.submit(any_bench.job("A"))
    await any_bench.reach("A", JobState.CONFIRMED)
    assert any_bench.printed("A") == 1
    states = [change.state for change in any_bench.changes]
    assert states == [JobState.QUEUED, JobState.SENDING, JobState.CONFIRMED]


async def test_asking_twice_for_one_slip_prints_one(any_bench: Bench, spooler: Spooler) -> None:
    await spooler.submit(any_bench.job("A"))
    await spooler.submit(any_bench.job("A"))
    await any_bench.reach("A", JobState.CONFIRMED)
    await spooler.submit(any_bench.job("A"))
    await spooler.submit(any_bench.job("B"))
    await any_bench.reach("B", JobState.CONFIRMED)
    assert [any_bench.printed("A"), any_bench.printed("B")] == [1, 1]


async def test_slips_come_in_the_order_they_were_asked_for(
    any_bench: Bench, spooler: Spooler
) -> None:
    for name in "ABCDE":
        await spooler.submit(any_bench.job(name))
    await any_bench.reach("E", JobState.CONFIRMED)
    assert [text.split("YPR:")[1][0] for text in any_bench.papers] == list("ABCDE")


@pytest.mark.parametrize("fault", REASONS)
async def test_a_slip_waits_for_its_printer_and_is_printed_once(
    any_bench: Bench, hasty_spooler: Spooler, fault: Fault
) -> None:
    engine = any_bench.carrier.engine
    engine.fail(fault)
    await hasty_spooler.submit(any_bench.job("A"))
    await any_bench.waits("A", REASONS[fault])
    assert hasty_spooler.waiting == REASONS[fault]
    assert (await any_bench.entry("A")).state is JobState.QUEUED
    assert engine.waiting == 0  # nothing went into the printer's own buffer
    engine.mend()
    await any_bench.reach("A", JobState.CONFIRMED)
    assert any_bench.printed("A") == 1
    assert hasty_spooler.waiting == ""


@pytest.mark.parametrize("fault", REASONS)
async def test_a_fault_while_printing_is_doubtful_and_never_printed_again_by_itself(
    any_bench: Bench, hasty_spooler: Spooler, fault: Fault
) -> None:
    engine = any_bench.carrier.engine
    engine.fail(fault, after=150)
    await hasty_spooler.submit(any_bench.job("A"))
    await any_bench.reach("A", JobState.DOUBTFUL)
    engine.mend()
    await hasty_spooler.submit(any_bench.job("B"))
    await any_bench.reach("B", JobState.CONFIRMED)
    assert [any_bench.printed("A"), any_bench.printed("B")] == [1, 1]


async def test_old_slips_are_not_printed_when_the_printer_comes_back(
    any_bench: Bench, spooler: Spooler
) -> None:
    engine = any_bench.carrier.engine
    engine.fail(Fault.PAPER_OUT)
    for name in "ABC":
        await spooler.submit(any_bench.job(name))
    await any_bench.waits("C", PrinterState.PAPER_OUT)
    any_bench.clock.move(30)
    await spooler.submit(any_bench.job("D"))
    any_bench.clock.move(31)
    for name in "ABC":
        entry = await any_bench.reach(name, JobState.FAILED)
        assert entry.reason == Reason.EXPIRED
    engine.mend()
    await any_bench.reach("D", JobState.CONFIRMED)
    assert len(any_bench.papers) == 1
    assert any_bench.printed("D") == 1


async def test_an_unplugged_printer_is_waited_for(any_bench: Bench, spooler: Spooler) -> None:
    await any_bench.carrier.unplug()
    await spooler.submit(any_bench.job("A"))
    await any_bench.waits("A", PrinterState.OFFLINE)
    await any_bench.carrier.plug()
    await any_bench.reach("A", JobState.CONFIRMED)
    assert any_bench.printed("A") == 1


async def test_unplugged_while_printing(any_bench: Bench, hasty_spooler: Spooler) -> None:
    any_bench.carrier.engine.fail(Fault.SLOW, rate=100)
    await hasty_spooler.submit(any_bench.job("A"))
    await eventually(lambda: any_bench.carrier.engine.waiting > 0)
    await any_bench.carrier.unplug()
    await any_bench.reach("A", JobState.DOUBTFUL)
    any_bench.carrier.engine.mend()
    await any_bench.carrier.plug()
    await hasty_spooler.submit(any_bench.job("B"))
    await any_bench.reach("B", JobState.CONFIRMED)
    assert [any_bench.printed("A"), any_bench.printed("B")] == [1, 1]


@pytest.mark.parametrize("missing", [0, 1, 50, 150, 200])
async def test_dropped_while_sending(bench: Bench, missing: int) -> None:
    """A drop after the last byte looks the same from here as one in the middle: doubtful."""
    async with bench.running() as spooler:
        await spooler.submit(bench.job("A"))
        await bench.reach("A", JobState.CONFIRMED)
        whole = len(await asyncio.to_thread(encode, slip("B"), bench.profile, FONT))
        questions = 9  # DLE EOT 1, 2 and 4
        bench.carrier.engine.fail(Fault.DROP, after=questions + whole - missing)
        await spooler.submit(bench.job("B"))
        entry = await bench.reach("B", *DONE)
        assert (entry.state, entry.reason) == (JobState.DOUBTFUL, Reason.DROPPED)
        await spooler.submit(bench.job("C"))
        await bench.reach("C", JobState.CONFIRMED)
        expected = [1, 1 if missing <= 1 else 0, 1]  # the cut's last byte is not missed
        assert [bench.printed(name) for name in "ABC"] == expected


@pytest.mark.parametrize("state", list(JobState))
async def test_a_restart_settles_what_it_finds(any_bench: Bench, state: JobState) -> None:
    await any_bench.ledger.add(any_bench.job("A"))
    await any_bench.ledger.add(any_bench.job("old", seconds=-1))
    await any_bench.ledger.update("A", state, "before")
    async with any_bench.running() as spooler:
        await spooler.submit(any_bench.job("B"))
        await any_bench.reach("B", JobState.CONFIRMED)
        entry = await any_bench.entry("A")
        old = await any_bench.entry("old")
        if state is JobState.QUEUED:
            assert entry.state is JobState.CONFIRMED
        elif state is JobState.SENDING:
            assert (entry.state, entry.reason) == (JobState.DOUBTFUL, Reason.RESTART)
        else:
            assert (entry.state, entry.reason) == (state, "before")
        assert (old.state, old.reason) == (JobState.FAILED, Reason.EXPIRED)
        assert any_bench.printed("A") == (1 if state is JobState.QUEUED else 0)
        assert [any_bench.printed("old"), any_bench.printed("B")] == [0, 1]


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("text", ["gb18030", "raster"])
async def test_after_a_restart_the_half_printed_slip_is_finished_and_cut_first(
    bench: Bench, share: float, text: Literal["gb18030", "raster"]
) -> None:
    """The next visitor's slip begins on clean paper, also where a picture was torn."""
    bench.profile = Profile(text=text)
    await bench.ledger.add(bench.job("A"))
    await bench.ledger.update("A", JobState.SENDING, "")
    whole = await asyncio.to_thread(encode, slip("A"), bench.profile, FONT)
    bench.carrier.engine.deliver(whole[: int(len(whole) * share)])
    async with bench.running() as spooler:
        await spooler.submit(bench.job("B"))
        await bench.reach("B", JobState.CONFIRMED)
        await spooler.submit(bench.job("C"))
        await bench.reach("C", JobState.CONFIRMED)
    _, second, third = bench.carrier.engine.slips
    assert second.text == third.text.replace("C", "B")
    assert len(second.strips) == len(third.strips)


async def test_closing_in_the_middle_leaves_doubt_for_the_next_start(any_bench: Bench) -> None:
    engine = any_bench.carrier.engine
    first = any_bench.spooler()
    await first.start()
    engine.fail(Fault.SLOW, rate=50)
    await first.submit(any_bench.job("A"))
    await any_bench.reach("A", JobState.SENDING)
    await first.close(grace=0.0)
    assert (await any_bench.entry("A")).state is JobState.SENDING
    engine.mend()
    second = any_bench.spooler()
    await second.start()
    entry = await any_bench.entry("A")
    assert (entry.state, entry.reason) == (JobState.DOUBTFUL, Reason.RESTART)
    await second.submit(any_bench.job("B"))
    await any_bench.reach("B", JobState.CONFIRMED)
    assert any_bench.printed("A") <= 1
    assert any_bench.printed("B") == 1
    await second.close()


class WatchedLedger(MemoryLedger):
    """Notes what the printer had when sending was recorded, and fails on demand."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.bench = bench
        self.papers_at_sending: list[int] = []
        self.broken: set[JobState] = set()

    async def update(self, job_id: str, state: JobState, reason: str) -> None:
        if state in self.broken:
            raise LedgerError("ledger.disk")
        if state is JobState.SENDING:
            engine = self.bench.carrier.engine
            self.papers_at_sending.append(len(engine.slips) + engine.waiting)
        await super().update(job_id, state, reason)


async def test_sending_is_recorded_before_the_first_byte(bench: Bench) -> None:
    bench.ledger = ledger = WatchedLedger(bench)
    async with bench.running() as spooler:
        await spooler.submit(bench.job("A"))
        await bench.reach("A", JobState.CONFIRMED)
        assert ledger.papers_at_sending == [0]


async def test_without_its_record_a_slip_is_not_sent(bench: Bench) -> None:
    bench.ledger = ledger = WatchedLedger(bench)
    ledger.broken = {JobState.SENDING}
    async with bench.running() as spooler:
        await spooler.submit(bench.job("A"))
        await bench.waits("A", Reason.LEDGER)
        assert bench.papers == []
        ledger.broken = set()
        await bench.reach("A", JobState.CONFIRMED)
        assert bench.printed("A") == 1


async def test_an_outcome_is_recorded_however_long_the_ledger_takes(bench: Bench) -> None:
    bench.ledger = ledger = WatchedLedger(bench)
    ledger.broken = {JobState.CONFIRMED}
    async with bench.running() as spooler:
        await spooler.submit(bench.job("A"))
        await eventually(lambda: bench.printed("A") == 1 and spooler.waiting == Reason.LEDGER)
        ledger.broken = set()
        await bench.reach("A", JobState.CONFIRMED)
        await spooler.submit(bench.job("B"))
        await bench.reach("B", JobState.CONFIRMED)
        assert [bench.printed("A"), bench.printed("B")] == [1, 1]


async def test_a_document_that_cannot_be_printed_fails_and_the_next_one_prints(
    any_bench: Bench, spooler: Spooler
) -> None:
    endless = Document(tuple(Text("又一行") for _ in range(300)))
    await spooler.submit(replace(any_bench.job("A"), document=endless))
    await spooler.submit(any_bench.job("B"))
    await any_bench.reach("B", JobState.CONFIRMED)
    entry = await any_bench.entry("A")
    assert (entry.state, entry.reason) == (JobState.FAILED, "document.long")


@pytest.mark.parametrize(
    "state", [JobState.SENT, JobState.CONFIRMED, JobState.DOUBTFUL, JobState.FAILED]
)
async def test_staff_prints_again_under_a_mark(
    any_bench: Bench, spooler: Spooler, state: JobState
) -> None:
    await any_bench.ledger.add(any_bench.job("A"))
    await any_bench.ledger.update("A", state, "")
    copy_id = await spooler.retry("A")
    await any_bench.reach(copy_id, JobState.CONFIRMED)
    assert any_bench.papers[0].lstrip().startswith("补打")
    assert any_bench.printed("A") == 1  # the same code on it
    assert (await any_bench.entry(copy_id)).job.copy_of == "A"
    assert (await any_bench.entry("A")).state is state
    second = await spooler.retry(copy_id)
    await any_bench.reach(second, JobState.CONFIRMED)
    assert second != copy_id
    assert any_bench.papers[1].count("补打") == 1


async def test_an_impatient_hand_gets_one_copy(any_bench: Bench, spooler: Spooler) -> None:
    await any_bench.ledger.add(any_bench.job("A"))
    await any_bench.ledger.update("A", JobState.DOUBTFUL, "")
    any_bench.carrier.engine.fail(Fault.PAPER_OUT)
    assert await spooler.retry("A") == await spooler.retry("A")


async def test_what_cannot_be_printed_again(any_bench: Bench, spooler: Spooler) -> None:
    any_bench.carrier.engine.fail(Fault.PAPER_OUT)
    unmarked = replace(any_bench.job("unmarked"), document=Document(slip("A").blocks))
    await any_bench.ledger.add(unmarked)
    await any_bench.ledger.update("unmarked", JobState.DOUBTFUL, "")
    await spooler.submit(any_bench.job("open"))
    for name in ("unmarked", "open", "unknown"):
        with pytest.raises(RetryError) as refused:
            await spooler.retry(name)
        assert refused.value.code == f"retry.{name}"


async def test_going_and_coming_back_are_logged_once_without_what_the_slip_says(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="printers")
    async with bench.running() as spooler:
        bench.carrier.engine.fail(Fault.PAPER_OUT)
        await spooler.submit(bench.job("A03-261124-0127"))
        await spooler.submit(bench.job("B"))
        await bench.waits("B", PrinterState.PAPER_OUT)
        bench.carrier.engine.mend()
        await bench.reach("B", JobState.CONFIRMED)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("printers")]
    assert ours == ["slips wait for the printer: paper_out", "the printer is back"]


async def test_a_mute_printer_prints_and_promises_nothing(any_bench: Bench) -> None:
    any_bench.profile = Profile(status=False)
    async with any_bench.running() as spooler:
        await spooler.submit(any_bench.job("A"))
        entry = await any_bench.reach("A", *DONE)
        assert entry.state is JobState.SENT
        await eventually(lambda: any_bench.printed("A") == 1)


class WrongLedger(MemoryLedger):
    """A ledger with a bug: what it raises is in no contract."""

    async def update(self, job_id: str, state: JobState, reason: str) -> None:
        raise ZeroDivisionError


async def test_a_bug_that_ends_it_is_told_and_closing_goes_on(bench: Bench) -> None:
    bench.ledger = WrongLedger()
    async with bench.running() as spooler:
        await spooler.submit(bench.job("A"))
        with pytest.raises(ZeroDivisionError):
            await spooler.ended()


async def test_its_end_is_waited_for_without_ending_it(any_bench: Bench, spooler: Spooler) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(spooler.ended(), 0.01)
    await spooler.submit(any_bench.job("A"))
    await any_bench.reach("A", JobState.CONFIRMED)
