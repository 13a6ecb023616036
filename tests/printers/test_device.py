"""One contract for every way to reach a printer that answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from printers.device import Deadlines, Printer, SendOutcome, SendResult
from printers.ledger import Reason
from printers.profile import Profile
from printers.status import PrinterState, PrinterStatus
from printers.virtual import Fault, VirtualPrinter
from printers.virtual.machine import Machine
from tests.printers.bench import HASTY, Bench, eventually, slip
from tests.printers.carriers import SerialCarrier


@pytest_asyncio.fixture
async def printer(any_bench: Bench) -> AsyncIterator[Printer]:
    printer = any_bench.printer()
    yield printer
    await printer.close()


@pytest_asyncio.fixture
async def hasty_printer(any_bench: Bench) -> AsyncIterator[Printer]:
    printer = any_bench.printer(HASTY)
    yield printer
    await printer.close()


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (None, PrinterState.READY),
        (Fault.NEAR_END, PrinterState.NEAR_END),
        (Fault.PAPER_OUT, PrinterState.PAPER_OUT),
        (Fault.COVER_OPEN, PrinterState.COVER_OPEN),
        (Fault.SILENT, PrinterState.UNKNOWN),
    ],
)
async def test_status(
    any_bench: Bench, hasty_printer: Printer, fault: Fault | None, state: PrinterState
) -> None:
    if fault is not None:
        any_bench.carrier.engine.fail(fault)
    assert await hasty_printer.status() == PrinterStatus(state)


async def test_status_of_an_unplugged_printer(any_bench: Bench, printer: Printer) -> None:
    assert (await printer.status()).printable
    await any_bench.carrier.unplug()
    assert await printer.status() == PrinterStatus(PrinterState.OFFLINE)


async def test_a_slip_is_confirmed_when_it_is_on_paper(any_bench: Bench, printer: Printer) -> None:
    data = await printer.encode(slip("A"))
    assert await printer.send(data) == SendOutcome(SendResult.CONFIRMED)
    assert any_bench.printed("A") == 1


async def test_a_slow_printer_is_waited_for(any_bench: Bench) -> None:
    printer = any_bench.printer(Deadlines(reply=0.1, confirm=8.0))
    data = await printer.encode(slip("A"))
    any_bench.carrier.engine.fail(Fault.SLOW, rate=len(data))
    assert await printer.send(data) == SendOutcome(SendResult.CONFIRMED)
    assert any_bench.printed("A") == 1
    await printer.close()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.PAPER_OUT, PrinterState.PAPER_OUT),
        (Fault.COVER_OPEN, PrinterState.COVER_OPEN),
        (Fault.SILENT, Reason.SILENT),
    ],
)
async def test_a_fault_while_printing_leaves_doubt(
    any_bench: Bench, hasty_printer: Printer, fault: Fault, reason: str
) -> None:
    data = await hasty_printer.encode(slip("A"))
    any_bench.carrier.engine.fail(fault, after=150)
    assert await hasty_printer.send(data) == SendOutcome(SendResult.DOUBTFUL, reason)


async def test_the_rest_of_a_slip_comes_with_the_paper_and_is_not_ours_to_print(
    any_bench: Bench, hasty_printer: Printer
) -> None:
    engine = any_bench.carrier.engine
    data = await hasty_printer.encode(slip("A"))
    engine.fail(Fault.PAPER_OUT, after=150)
    assert (await hasty_printer.send(data)).result is SendResult.DOUBTFUL
    engine.mend()
    await eventually(lambda: any_bench.printed("A") == 1)
    next_data = await hasty_printer.encode(slip("B"))
    assert await hasty_printer.send(next_data) == SendOutcome(SendResult.CONFIRMED)
    assert [any_bench.printed("A"), any_bench.printed("B")] == [1, 1]


async def test_a_late_answer_is_not_taken_for_the_next_slip(any_bench: Bench) -> None:
    engine = any_bench.carrier.engine
    printer = any_bench.printer(Deadlines(reply=0.05, confirm=0.9))
    data = await printer.encode(slip("A"))
    engine.fail(Fault.PAPER_OUT, after=150)
    assert (await printer.send(data)).result is SendResult.DOUBTFUL
    engine.mend()
    engine.fail(Fault.SLOW, rate=len(data))  # A's answer comes soon, B's after B's deadline
    assert await printer.send(data) == SendOutcome(SendResult.DOUBTFUL, Reason.SILENT)
    assert any_bench.printed("A") == 1
    await printer.close()


async def test_a_printer_that_does_not_answer_its_debt_gets_nothing_more(
    any_bench: Bench, hasty_printer: Printer
) -> None:
    engine = any_bench.carrier.engine
    data = await hasty_printer.encode(slip("A"))
    engine.fail(Fault.SILENT, after=150)
    assert (await hasty_printer.send(data)).result is SendResult.DOUBTFUL
    outcome = await hasty_printer.send(data)
    assert outcome == SendOutcome(SendResult.NOT_SENT, Reason.SILENT)
    assert any_bench.printed("A") == 1


async def test_a_torn_picture_does_not_swallow_the_next_slip(any_bench: Bench) -> None:
    engine = any_bench.carrier.engine
    any_bench.profile = Profile(text="raster", qr="image")
    printer = any_bench.printer()
    data = await printer.encode(slip("A"))
    first_band = data[: data.index(b"\x1dv0") + 400]
    engine.deliver(first_band)  # what a process that died while sending left behind
    printer.distrust()
    whole = await printer.send(data)
    assert whole == SendOutcome(SendResult.CONFIRMED)
    torn, complete = any_bench.papers
    assert torn.startswith("[picture 384x32]")
    reference = Machine(384)
    reference.receive(data)
    reference.work()
    assert complete == reference.slips[0].text
    await printer.close()


async def test_without_queries_behind_the_data_a_slip_is_sent_at_best(any_bench: Bench) -> None:
    any_bench.profile = Profile(confirms=False)
    printer = any_bench.printer()
    data = await printer.encode(slip("A"))
    assert await printer.send(data) == SendOutcome(SendResult.SENT)
    any_bench.carrier.engine.fail(Fault.PAPER_OUT)
    outcome = await printer.send(data)
    assert outcome == SendOutcome(SendResult.DOUBTFUL, PrinterState.PAPER_OUT)
    await printer.close()


async def test_status_waits_for_its_turn_while_a_slip_is_sent(
    any_bench: Bench, printer: Printer
) -> None:
    data = await printer.encode(slip("A"))
    sent, status = await asyncio.gather(printer.send(data), printer.status())
    assert sent.result is SendResult.CONFIRMED
    assert status.state is PrinterState.READY


async def test_a_stuck_serial_line_gives_up_at_the_deadline() -> None:
    carrier = SerialCarrier(384)
    await carrier.start()
    bench = Bench(carrier, Profile())
    printer = bench.printer(HASTY)
    assert (await printer.status()).printable
    carrier.engine.fail(Fault.STUCK)
    outcome = await printer.send(bytes(100_000))
    assert outcome == SendOutcome(SendResult.DOUBTFUL, Reason.STALLED)
    await printer.close()
    await carrier.stop()


async def test_a_connection_lost_while_sending_leaves_doubt(bench: Bench) -> None:
    printer = bench.printer()
    data = await printer.encode(slip("A"))
    bench.carrier.engine.fail(Fault.DROP, after=150)
    assert await printer.send(data) == SendOutcome(SendResult.DOUBTFUL, Reason.DROPPED)
    assert bench.printed("A") == 0
    next_data = await printer.encode(slip("B"))
    assert await printer.send(next_data) == SendOutcome(SendResult.CONFIRMED)
    assert bench.printed("B") == 1
    assert "YPR:A" not in bench.papers[-1]
    await printer.close()


async def test_a_connection_that_died_unnoticed_is_opened_again(bench: Bench) -> None:
    printer = bench.printer()
    assert (await printer.status()).printable
    virtual = bench.carrier.engine
    assert isinstance(virtual, VirtualPrinter)
    await virtual.unplug()
    await virtual.plug()
    assert (await printer.status()).printable
    await printer.close()
