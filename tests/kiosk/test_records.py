from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.errors import InvoiceError
from invoices.record import record_code
from invoices.verdict import Verdict
from kiosk.bootstrap.screens import ScanReader
from kiosk.check_book import CheckSummary
from kiosk.clock import SystemClock
from kiosk.ids import RandomIds
from kiosk.reader import InvoiceScan, SlipScan, read_text
from kiosk.records import Records
from tests.kiosk.stand_ins import ZONE, HandClock, bare, new_check, opened
from tui.kiosk.ports import InvoiceRead, SlipRead, Unread


async def test_the_token_opens_the_record_and_nothing_else_does(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        check = await database.checks.add(new_check("op-1", bare(Verdict.MISMATCH)))
        records = Records(database.checks)
        found = await records.find(check.record, check.token)
        assert found == check
        for token in (None, "", "B" * 20, check.token[:-1], "票" * 20):
            summary = await records.find(check.record, token)
            assert isinstance(summary, CheckSummary)
            assert (summary.at, summary.told) == (check.at, check.outcome.told)
        assert await records.find("A03-261124-0099", check.token) is None
        assert await records.find("no record", None) is None


async def test_a_record_that_does_not_open_still_shows_its_verdict(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        check = await database.checks.add(new_check("op-1"))
        async with database.connection.transaction() as tx:
            await tx.execute("UPDATE checks SET payload = x'0102'")
        found = await Records(database.checks).find(check.record, check.token)
    assert isinstance(found, CheckSummary)


def test_ids_are_new_and_in_form() -> None:
    ids = RandomIds(SystemClock(ZONE), lambda size: b"\xa5" * size)
    assert ids.op_id()[14] == "7"
    code = record_code("A03-261124-0127", ids.token())
    assert read_text(code) == SlipScan("A03-261124-0127", ids.token())
    fixed = RandomIds(HandClock(), bytes)
    assert fixed.op_id() == fixed.op_id()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("YPR:A03-261124-0127:ABCDEFGHIJKLMNOPQRST", SlipRead),
        ("ypr:a03-261124-0127:abcdefghijklmnopqrst", SlipRead),
        ("A03-261124-0127", SlipRead),
        ("YPR:A03-261124-0127:SHORT", Unread),
        ("YPR:", Unread),
        ("01,32,,24312000000266152350,328.98,20240901,,43C", InvoiceRead),
        ("01,32,,243", Unread),
        ("https://example.org/", Unread),
        ("[@click=app.quit]x[/]", Unread),
    ],
)
def test_a_scan_is_an_invoice_a_slip_or_told_why_not(text: str, kind: type) -> None:
    assert isinstance(ScanReader().read(text.encode()), kind)


@given(st.binary(max_size=1200))
def test_no_bytes_make_the_reader_raise(scan: bytes) -> None:
    reading = ScanReader().read(scan)
    if isinstance(reading, Unread):
        assert reading.code


@given(st.text(max_size=200))
def test_no_text_raises_anything_uncoded(text: str) -> None:
    with suppress(InvoiceError):
        assert isinstance(read_text(text), InvoiceScan | SlipScan)
