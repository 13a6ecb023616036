from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict
from kiosk.bootstrap.screens import RecordDesk, SlipDesk
from kiosk.check_book import Delivery
from kiosk.config import CentreSection
from kiosk.db.database import Database
from kiosk.i18n import Catalogues, Translate
from kiosk.printing import Printing, PrintingError
from kiosk.records import Records
from kiosk.slip import SlipWriter
from printers.address import transport_factory
from printers.device import Deadlines, Printer
from printers.ledger import Job, JobState, Ledger, MemoryLedger
from printers.profile import Profile
from printers.spooler import Spooler
from printers.virtual import Fault, VirtualPrinter
from tests.kiosk.present_states import NOBODY_TELLS
from tests.kiosk.stand_ins import NOW, HandClock, bare, matched, new_check, op, opened
from tests.kiosk.trust.slips import codes
from tui.kiosk.ports import Refused, SlipShown, SlipState

WAITING = SlipShown(SlipState.WAITING, "paper_out")
CANCELLED = SlipShown(SlipState.FAILED, "cancelled")


@asynccontextmanager
async def at_work(
    database: Database, port: int, clock: HandClock, text: Translate
) -> AsyncIterator[tuple[Printing, SlipDesk]]:
    printer = Printer(
        transport_factory("tcp", f"127.0.0.1:{port}"), Profile(), None, Deadlines(reply=0.5)
    )
    desk = SlipDesk()
    spooler = Spooler(
        printer,
        database.slips,
        clock,
        lambda change: desk.heard(change.job_id, change.state, change.reason),
        poll=0.02,
    )
    await spooler.start()
    writer = SlipWriter(CentreSection, clock, text, text, codes(clock))
    printing = Printing(spooler, database.slips, database.checks, writer, clock, 600)
    desk.attach(printing)
    try:
        yield printing, desk
    finally:
        await spooler.close()


@pytest.fixture
def text() -> Translate:
    return Catalogues().translator("zh_CN")


@pytest.fixture
async def paper() -> AsyncIterator[VirtualPrinter]:
    printer = VirtualPrinter(dots=384, port=0, control_port=0)
    await printer.start()
    yield printer
    await printer.stop()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - looks again, within the deadline
            await asyncio.sleep(0.01)


async def test_a_slip_reaches_paper_once_however_often_it_is_asked_for(
    tmp_path: Path, paper: VirtualPrinter, text: Translate
) -> None:
    async with opened(tmp_path) as database:
        check = await database.checks.add(new_check("op-1"))
        async with at_work(database, paper.port, HandClock(), text) as (_, desk):
            seen: list[SlipShown] = []
            stop = desk.watch(check.record, seen.append)
            for _ in range(3):
                assert isinstance(await desk.print(check.record), SlipShown)
            await until(lambda: desk.state(check.record) == SlipShown(SlipState.PRINTED))
            stop()
            stop()
            assert isinstance(await desk.print(check.record), SlipShown)
    assert len(paper.slips) == 1
    assert check.record in paper.slips[0].text
    assert [shown.state for shown in seen] == [
        SlipState.QUEUED,
        SlipState.PRINTING,
        SlipState.PRINTED,
    ]


async def test_no_paper_is_told_and_the_slip_comes_when_there_is_some(
    tmp_path: Path, paper: VirtualPrinter, text: Translate
) -> None:
    paper.fail(Fault.PAPER_OUT)
    async with opened(tmp_path) as database:
        check = await database.checks.add(new_check("op-1"))
        async with at_work(database, paper.port, HandClock(), text) as (_, desk):
            await desk.print(check.record)
            waiting = SlipShown(SlipState.WAITING, "paper_out")
            await until(lambda: desk.state(check.record) == waiting)
            paper.mend()
            await until(lambda: desk.state(check.record) == SlipShown(SlipState.PRINTED))
    assert len(paper.slips) == 1


async def test_a_restart_goes_on_with_what_waits_and_gives_up_what_is_old(
    tmp_path: Path, paper: VirtualPrinter, text: Translate
) -> None:
    paper.fail(Fault.COVER_OPEN)
    clock = HandClock()
    async with opened(tmp_path) as database:
        old = await database.checks.add(new_check("op-1"))
        async with at_work(database, paper.port, clock, text) as (_, desk):
            await desk.print(old.record)
    clock.move(500)
    async with opened(tmp_path) as database:
        young = await database.checks.add(new_check("op-2"))
        async with at_work(database, paper.port, clock, text) as (_, desk):
            await desk.print(young.record)
    clock.move(200)
    paper.mend()
    async with (
        opened(tmp_path) as database,
        at_work(database, paper.port, clock, text) as (_, desk),
    ):
        await until(lambda: desk.state(young.record) == SlipShown(SlipState.PRINTED))
        assert desk.state(old.record) == SlipShown(SlipState.FAILED, "expired")
    assert [young.record in slip.text for slip in paper.slips] == [True]


async def test_a_copy_is_marked(tmp_path: Path, paper: VirtualPrinter, text: Translate) -> None:
    async with opened(tmp_path) as database:
        check = await database.checks.add(new_check("op-1"))
        async with at_work(database, paper.port, HandClock(), text) as (printing, desk):
            assert await printing.reprint(check.record) == check.record, "never printed: the first"
            await until(lambda: desk.state(check.record) == SlipShown(SlipState.PRINTED))
            assert await printing.reprint(check.record) == f"{check.record}.r1"
            await until(lambda: len(paper.slips) == 2)
    assert ["补打" in slip.text for slip in paper.slips] == [False, True]


def offline() -> Outcome:
    return replace(matched(), source=Source.PACK, details=None)


@pytest.mark.parametrize("first", [bare(Verdict.UNAVAILABLE), offline()], ids=["kept", "offline"])
async def test_an_answer_that_came_later_gets_a_slip_of_its_own(
    tmp_path: Path, paper: VirtualPrinter, text: Translate, first: Outcome
) -> None:
    printed = SlipShown(SlipState.PRINTED)
    waiting = replace(new_check("op-1", first), delivery=Delivery.PROVISIONAL)
    async with opened(tmp_path) as database:
        check = await database.checks.add(waiting)
        async with at_work(database, paper.port, HandClock(), text) as (printing, desk):
            records = RecordDesk(Records(database.checks), NOBODY_TELLS, desk.found)
            await desk.print(check.record)
            await until(lambda: desk.state(check.record) == printed)
            await records.find(check.record, check.token)
            assert desk.state(check.record) == printed, "it is still the slip of this answer"
            await database.checks.complete(op("op-1"), matched(State.VOIDED), NOW)
            await records.find(check.record, check.token)
            assert desk.state(check.record) is None, "the screen offers to print"
            await desk.print(check.record)
            await until(lambda: desk.state(check.record) == printed)
            await printing.reprint(check.record)
            await until(lambda: len(paper.slips) == 3)
    assert ["已作废" in slip.text for slip in paper.slips] == [False, True, True]
    assert ["补打" in slip.text for slip in paper.slips] == [False, False, True]


async def test_a_damaged_slip_holds_up_neither_the_start_nor_the_others(
    tmp_path: Path, paper: VirtualPrinter, text: Translate
) -> None:
    paper.fail(Fault.PAPER_OUT)
    async with opened(tmp_path) as database:
        lost, good = [await database.checks.add(new_check(name)) for name in ("op-1", "op-2")]
        async with at_work(database, paper.port, HandClock(), text) as (_, desk):
            for check in (lost, good):
                await desk.print(check.record)
        async with database.connection.transaction() as tx:
            change = "UPDATE slips SET document = zeroblob(64) WHERE job_id = ?"
            assert await tx.execute(change, lost.record) == 1
        paper.mend()
        async with at_work(database, paper.port, HandClock(), text) as (_, desk):
            await until(lambda: desk.state(good.record) == SlipShown(SlipState.PRINTED))
        kept = await database.connection.fetch("SELECT state, reason FROM slips ORDER BY position")
    assert kept == [("failed", "seal.broken"), ("confirmed", "")]
    assert [good.record in slip.text for slip in paper.slips] == [True]


async def test_what_cannot_be_printed_is_refused_by_code(
    tmp_path: Path, paper: VirtualPrinter, text: Translate
) -> None:
    async with (
        opened(tmp_path) as database,
        at_work(database, paper.port, HandClock(), text) as (printing, desk),
    ):
        refused = await desk.print("A03-261124-9999")
        assert refused == Refused("printing.no_record", {"record": "A03-261124-9999"})
        with pytest.raises(PrintingError):
            await printing.reprint("A03-261124-9999")
        erased = await database.checks.add(new_check("a"))
        async with database.connection.transaction() as tx:
            await tx.execute("UPDATE checks SET payload = x''")
        refused = await desk.print(erased.record)
        assert refused == Refused("printing.details_gone", {"record": erased.record})
    assert await SlipDesk().print("A03-261124-0001") == Refused("printing.no_printer")


async def test_a_slip_that_cannot_be_kept_says_nothing_against_the_check(
    tmp_path: Path, paper: VirtualPrinter, text: Translate
) -> None:
    async with opened(tmp_path) as database:
        check = await database.checks.add(new_check("op-1"))
        async with at_work(database, paper.port, HandClock(), text) as (printing, desk):
            async with database.connection.transaction() as tx:
                await tx.execute("ALTER TABLE slips RENAME TO away")
            assert await desk.print(check.record) == Refused("printing.no_slip")
            with pytest.raises(PrintingError) as caught:
                await printing.reprint(check.record)
            assert caught.value.code == "printing.no_slip"
            async with database.connection.transaction() as tx:
                await tx.execute("ALTER TABLE away RENAME TO slips")
            await desk.print(check.record)
            await until(lambda: len(paper.slips) == 1)


@pytest.mark.parametrize("kind", ["memory", "sql"])
async def test_both_ledgers_keep_the_same_promises(
    tmp_path: Path, kind: str, text: Translate
) -> None:
    async with opened(tmp_path) as database:
        ledger: Ledger = MemoryLedger() if kind == "memory" else database.slips
        check = await database.checks.add(new_check("op-1"))
        clock = HandClock()
        writer = SlipWriter(CentreSection, clock, text, text, codes(clock))
        printing = Printing(_Nowhere(ledger), ledger, database.checks, writer, HandClock(), 600)
        entry = await printing.print(check.record)
        assert (entry.state, entry.reason) == (JobState.QUEUED, "")
        assert entry.job.expires_at - entry.job.created_at == timedelta(seconds=600)
        assert not await ledger.add(entry.job)
        assert await ledger.open_jobs() == (entry,)
        await ledger.update(check.record, JobState.SENDING, "")
        assert [found.state for found in await ledger.open_jobs()] == [JobState.SENDING]
        await ledger.update(check.record, JobState.DOUBTFUL, "silent")
        assert await ledger.open_jobs() == ()
        found = await ledger.find(check.record)
        assert found is not None
        assert (found.job, found.state, found.reason) == (entry.job, JobState.DOUBTFUL, "silent")
        assert await ledger.find("unknown") is None


class _Nowhere:
    """A spool that only keeps."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def submit(self, job: Job) -> None:
        await self._ledger.add(job)

    def cancel(self, job_id: str) -> None:
        raise AssertionError(job_id)

    async def retry(self, job_id: str) -> str:
        raise AssertionError(job_id)


async def test_the_next_visitor_never_gets_the_last_ones_slip(
    tmp_path: Path, paper: VirtualPrinter, text: Translate
) -> None:
    paper.fail(Fault.PAPER_OUT)
    async with opened(tmp_path) as database:
        first = await database.checks.add(new_check("op-1"))
        second = await database.checks.add(new_check("op-2"))
        async with at_work(database, paper.port, HandClock(), text) as (_, desk):
            await desk.print(first.record)
            await until(lambda: desk.state(first.record) == WAITING)
            desk.visitor_left()
            await until(lambda: desk.state(first.record) == CANCELLED)
            await desk.print(second.record)
            paper.mend()
            await until(lambda: desk.state(second.record) == SlipShown(SlipState.PRINTED))
    assert [second.record in slip.text for slip in paper.slips] == [True]


async def test_a_slip_that_only_now_learns_of_the_fault_goes_with_its_visitor_too(
    tmp_path: Path, paper: VirtualPrinter, text: Translate
) -> None:
    paper.fail(Fault.PAPER_OUT)
    async with opened(tmp_path) as database:
        check = await database.checks.add(new_check("op-1"))
        async with at_work(database, paper.port, HandClock(), text) as (_, desk):
            await desk.print(check.record)
            desk.visitor_left()  # before the printer was asked how it is
            await until(lambda: desk.state(check.record) == CANCELLED)
            paper.mend()
    assert not paper.slips


async def test_a_slip_whose_printer_works_comes_although_its_visitor_left(
    tmp_path: Path, paper: VirtualPrinter, text: Translate
) -> None:
    async with opened(tmp_path) as database:
        check = await database.checks.add(new_check("op-1"))
        async with at_work(database, paper.port, HandClock(), text) as (_, desk):
            await desk.print(check.record)
            desk.visitor_left()
            await until(lambda: desk.state(check.record) == SlipShown(SlipState.PRINTED))
    assert len(paper.slips) == 1


async def test_what_was_cancelled_can_be_asked_for_again_and_is_marked(
    tmp_path: Path, paper: VirtualPrinter, text: Translate
) -> None:
    paper.fail(Fault.PAPER_OUT)
    async with opened(tmp_path) as database:
        check = await database.checks.add(new_check("op-1"))
        async with at_work(database, paper.port, HandClock(), text) as (_, desk):
            await desk.print(check.record)
            desk.visitor_left()
            await until(lambda: desk.state(check.record) == CANCELLED)
            paper.mend()
            await desk.print(check.record)
            await until(lambda: desk.state(check.record) == SlipShown(SlipState.PRINTED))
    assert [check.record in slip.text for slip in paper.slips] == [True]
    assert "补打" in paper.slips[0].text
