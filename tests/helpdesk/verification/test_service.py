from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk.db import Database
from helpdesk.security import KeyRing
from helpdesk.verification.question import Recorded
from helpdesk.verification.service import IdempotencyError
from invoices.claim import Claim, from_face
from invoices.face import Face
from invoices.verdict import Verdict
from tests.helpdesk.verification.room import TODAY, HandClock, Worker, worker
from tests.verifier_contract import known_invoices, unknown_invoice


def face(name: str) -> Face:
    return known_invoices(TODAY)[name][0]


def claim(name: str = "normal") -> Claim:
    return from_face(face(name))


async def verdicts(desk: Worker, times: int, **asked: str) -> Counter[Verdict]:
    told = await asyncio.gather(*(desk.ask(claim(), **asked) for _ in range(times)))
    return Counter(recorded.outcome.verdict for recorded in told)


async def test_a_check_is_on_the_disk_when_it_is_answered(desk: Worker) -> None:
    recorded = await desk.ask(claim(), op_id="0192f0c1-2345-7abc-8def-0123456789ab")

    rows = await desk.database.read(
        "SELECT op_id, day, channel, verdict, state, record, at_ms FROM verification_check"
    )
    at = int(datetime(2026, 11, 24, 4, tzinfo=UTC).timestamp() * 1000)
    assert rows == [
        (
            "0192f0c1-2345-7abc-8def-0123456789ab",
            *("2026-11-24", "anonymous", "match", "normal", recorded.record, at),
        )
    ]


async def test_many_checks_at_once_of_one_invoice_pass_the_limit_exactly(desk: Worker) -> None:
    assert await verdicts(desk, 20) == {Verdict.MATCH: 5, Verdict.DAILY_LIMIT: 15}


async def test_channels_count_apart(desk: Worker) -> None:
    await verdicts(desk, 9)

    assert await verdicts(desk, 6, channel="kiosk") == {Verdict.MATCH: 5, Verdict.DAILY_LIMIT: 1}


async def test_the_limit_ends_at_midnight_in_beijing(desk: Worker) -> None:
    await verdicts(desk, 6)
    desk.clock.pass_(hours=11, minutes=59)
    late = await desk.ask(claim())
    desk.clock.pass_(minutes=1)
    early = await desk.ask(claim())

    assert late.outcome.verdict is Verdict.DAILY_LIMIT
    assert early.outcome.verdict is Verdict.MATCH
    assert early.record == "W-261125-0001"


async def test_in_a_shared_batch_each_caller_gets_its_own_answer(desk: Worker) -> None:
    asked = [claim(name) for name in known_invoices(TODAY)]
    asked += [from_face(unknown_invoice(TODAY)), replace(claim("paper"), amount=1)]
    alone = {each: (await desk.ask(each)).outcome for each in asked}
    # Ids that fall and come in any order: the batch is sorted by them.
    ids = [desk.ids() for _ in asked][::-1]
    ids[::2] = ids[::2][::-1]

    told = await asyncio.gather(
        *(
            desk.ask(each, op_id=op_id, channel="kiosk", record=f"A03-261124-{at:04d}")
            for at, (each, op_id) in enumerate(zip(asked, ids, strict=True), 1)
        )
    )

    assert [each.outcome for each in told] == [alone[each] for each in asked]
    assert [each.record for each in told] == [
        f"A03-261124-{at:04d}" for at in range(1, len(asked) + 1)
    ]
    again = await asyncio.gather(
        *(
            desk.ask(each, op_id=op_id, channel="kiosk", record=f"A03-261124-{at:04d}")
            for at, (each, op_id) in enumerate(zip(asked, ids, strict=True), 1)
        )
    )
    assert [each.outcome for each in again] == [each.outcome for each in told]


async def test_refused_checks_do_not_use_up_the_limit(desk: Worker) -> None:
    for _ in range(7):
        await desk.ask(replace(claim(), issued_on=TODAY))

    assert await verdicts(desk, 5) == {Verdict.MATCH: 5}


async def test_mismatches_use_up_the_limit(desk: Worker) -> None:
    for fen in range(5):
        await desk.ask(replace(claim(), amount=fen))

    assert (await desk.ask(claim())).outcome.verdict is Verdict.DAILY_LIMIT


async def test_a_text_that_cannot_be_read_is_bad_input_and_recorded(desk: Worker) -> None:
    recorded = await desk.ask(None)

    assert recorded.outcome.verdict is Verdict.BAD_INPUT
    assert await desk.database.read("SELECT verdict, identity FROM verification_check") == [
        ("bad_input", None)
    ]


async def test_record_numbers_of_the_web_have_no_gap_and_no_twin(desk: Worker) -> None:
    told = await asyncio.gather(*(desk.ask(claim("edge")) for _ in range(30)))
    more = await desk.ask(claim("paper"))

    numbers = sorted(recorded.record for recorded in told)
    assert numbers == [f"W-261124-{number:04d}" for number in range(1, 31)]
    assert more.record == "W-261124-0031"


async def test_a_kiosk_numbers_its_records_itself(desk: Worker) -> None:
    own = await desk.ask(claim(), channel="kiosk", record="A03-261124-0127")
    none = await desk.ask(claim(), channel="kiosk")

    assert (own.record, none.record) == ("A03-261124-0127", "")


async def test_a_retry_hears_what_was_said_though_all_has_changed(desk: Worker) -> None:
    one = desk.ids()
    first = await desk.ask(claim(), op_id=one)
    async with desk.database.transaction() as tx:
        await tx.execute("DELETE FROM registry_invoice")
    desk.clock.pass_(days=40)

    again = await desk.ask(claim(), op_id=one)

    assert again.repeated
    assert (again.outcome, again.record) == (first.outcome, first.record)
    assert await desk.database.read("SELECT sum(checks) FROM verification_count") == [(1,)]


async def test_retries_in_one_batch_count_once(desk: Worker) -> None:
    one = desk.ids()

    told = await asyncio.gather(*(desk.ask(claim(), op_id=one) for _ in range(8)))

    assert len({recorded.record for recorded in told}) == 1
    assert [recorded.repeated for recorded in told].count(False) == 1
    assert await desk.database.read("SELECT sum(checks) FROM verification_count") == [(1,)]


@pytest.mark.parametrize("at_once", [False, True])
async def test_an_op_id_used_for_something_else_is_refused_and_counts_nothing(
    desk: Worker, at_once: bool
) -> None:
    one = desk.ids()
    asked = [
        desk.ask(claim(), op_id=one),
        desk.ask(claim("paper"), op_id=one),
        desk.ask(claim(), op_id=one, channel="kiosk"),
    ]
    told: list[Recorded | BaseException] = []
    if at_once:
        told += await asyncio.gather(*asked, return_exceptions=True)
    else:
        for each in asked:
            told += await asyncio.gather(each, return_exceptions=True)

    refused = [isinstance(each, IdempotencyError) for each in told]
    assert sorted(refused) == [False, True, True]
    assert at_once or not refused[0]
    assert await desk.database.read("SELECT sum(checks) FROM verification_count") == [(1,)]


async def test_a_row_that_cannot_be_opened_is_no_verdict(desk: Worker) -> None:
    async with desk.database.transaction() as tx:
        await tx.execute("UPDATE registry_invoice SET state = 'voided'")

    recorded = await desk.ask(claim())

    assert recorded.outcome.verdict is Verdict.UNAVAILABLE
    assert recorded.outcome.source is None


@pytest.mark.parametrize("channel", ["anonymous", "kiosk"])
async def test_a_retry_of_a_check_that_cannot_be_opened_is_no_verdict(
    desk: Worker, channel: str
) -> None:
    one = desk.ids()
    first = await desk.ask(claim(), op_id=one, channel=channel)
    async with desk.database.transaction() as tx:
        await tx.execute("UPDATE verification_check SET sealed = $1", b"damaged")

    again, other = await asyncio.gather(
        desk.ask(claim(), op_id=one, channel=channel), desk.ask(claim("paper"))
    )

    assert again.outcome.verdict is Verdict.UNAVAILABLE
    assert (again.repeated, again.record) == (True, first.record)
    assert other.outcome.verdict is Verdict.MATCH


@pytest.mark.parametrize("field", ["code", "number", "check_code", "seller_tax_id"])
async def test_a_claim_with_a_separator_is_answered_again(desk: Worker, field: str) -> None:
    text: dict[str, Any] = {field: "26\x1f7\x1f"}
    odd, one = replace(claim(), **text), desk.ids()
    first = await desk.ask(odd, op_id=one)

    again = await desk.ask(odd, op_id=one)

    assert (again.outcome, again.repeated) == (first.outcome, True)


async def test_nothing_sensitive_lies_in_the_clear(desk: Worker) -> None:
    await desk.ask(claim("checked"))
    await desk.ask(from_face(unknown_invoice(TODAY)))

    tables = ("verification_check", "verification_count", "verification_record")
    stored = b""
    for table in tables:
        for row in await desk.database.read(f"SELECT * FROM {table}"):  # noqa: S608 - names above
            stored += b"|".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
    checked = face("checked")
    secrets = (checked.number, checked.code, checked.check_code[-6:], checked.seller_tax_id)
    assert not [secret for secret in (*secrets, "示例") if secret.encode() in stored]


async def test_two_workers_share_limit_numbers_and_retries(
    postgres_url: str, ring: KeyRing
) -> None:
    from helpdesk.db import migrate
    from helpdesk.registry.columns import Entry
    from tests.helpdesk.verification.room import put

    one, two = await Database.open(postgres_url), await Database.open(postgres_url)
    try:
        await migrate(one)
        await put(one, ring, [Entry(*known) for known in known_invoices(TODAY).values()])
        clock = HandClock()
        async with (
            worker(one, ring, clock=clock) as first,
            worker(two, ring, clock=clock, salt=1) as second,
        ):
            told = await asyncio.gather(
                *(desk.ask(claim()) for _ in range(12) for desk in (first, second))
            )
            shared = first.ids()
            again = await asyncio.gather(
                *(d.ask(claim("paper"), op_id=shared) for _ in range(6) for d in (first, second))
            )
    finally:
        await one.close()
        await two.close()

    assert Counter(r.outcome.verdict for r in told) == {Verdict.MATCH: 5, Verdict.DAILY_LIMIT: 19}
    assert len({recorded.record for recorded in told}) == 24
    assert len({(recorded.record, recorded.outcome) for recorded in again}) == 1


async def test_a_day_in_the_future_by_beijing_time_only(stocked: Database, ring: KeyRing) -> None:
    clock = HandClock(datetime(2026, 11, 23, 16, 30, tzinfo=UTC))
    async with worker(stocked, ring, clock=clock) as desk:
        today = await desk.ask(replace(claim(), issued_on=TODAY))
        tomorrow = await desk.ask(replace(claim(), issued_on=TODAY + timedelta(1)))

    assert today.outcome.verdict is Verdict.TOO_EARLY
    assert tomorrow.outcome.verdict is Verdict.BAD_INPUT
