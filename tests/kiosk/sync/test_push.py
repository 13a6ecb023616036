"""Push: everything arrives once, in order, whatever becomes of requests and answers."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.wire import answer_signature
from helpdesk.wire.journal_batch import EntryOutcome
from helpdesk.wire.journal_form import Head
from helpdesk.wire.signing_key import Ed25519Signer
from helpdesk.wire.standing import Standing
from invoices.verdict import Verdict
from kiosk.check_book import Delivery
from kiosk.link import Link
from kiosk.policy import Policy
from kiosk.transport import Fields, Reply
from tests.kiosk.stand_ins import bare, new_check, op
from tests.kiosk.sync.room import Kiosk, kiosk_of


async def write(kiosk: Kiosk, *names: str) -> None:
    for name in names:
        await kiosk.database.checks.add(new_check(name))


async def entries(kiosk: Kiosk) -> list[tuple[int, str | None, str | None]]:
    rows = await kiosk.database.connection.fetch(
        "SELECT seq, outcome, reason FROM journal_entries ORDER BY journal, seq"
    )
    return [(seq, outcome, reason) for seq, outcome, reason in rows]


def applied(kiosk: Kiosk) -> list[str]:
    ledgers = list(kiosk.centre.ledgers.values())
    return [item.hex()[-12:] for ledger in ledgers for item in ledger.applied]


def named(*names: str) -> list[str]:
    return [op(name)[-12:] for name in names]


async def test_each_check_is_told_once_in_its_order_and_judged(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await write(kiosk, "a", "b", "c")
        kiosk.centre.reasons[2] = (EntryOutcome.REFUSED, "journal.op_id")
        kiosk.centre.reasons[3] = (EntryOutcome.APPLIED, "check.differs")
        assert await kiosk.sync.round()
        await write(kiosk, "d")
        assert await kiosk.sync.round()
        assert await entries(kiosk) == [
            (1, "applied", None),
            (2, "refused", "journal.op_id"),
            (3, "applied", "check.differs"),
            (4, "applied", None),
        ]
        assert applied(kiosk) == named("a", "b", "c", "d")
        assert (await kiosk.database.outbox.waiting()).count == 0


@pytest.mark.parametrize(("unsaid", "delivered"), [({1}, 0), ({2}, 1), ({3}, 2), ({2, 3}, 1)])
async def test_what_has_no_verdict_never_counts_as_delivered(
    tmp_path: Path, unsaid: set[int], delivered: int
) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await write(kiosk, "a", "b", "c")
        kiosk.centre.unsaid = unsaid
        await kiosk.sync.round()
        judged = [seq for seq, outcome, _ in await entries(kiosk) if outcome]
        assert judged == list(range(1, delivered + 1)), "none after the first that lacks one"
        assert (await kiosk.database.outbox.position()).mark == delivered
        assert (await kiosk.database.outbox.waiting()).count == 3 - delivered
        kiosk.centre.unsaid = set()
        await kiosk.sync.round()
        assert [outcome for _, outcome, _ in await entries(kiosk)] == ["applied"] * 3
        assert (await kiosk.database.outbox.waiting()).count == 0
        assert applied(kiosk) == named("a", "b", "c")


@given(
    faults=st.lists(st.sampled_from(["lost", "unanswered", "busy"]), max_size=12),
    sizes=st.lists(st.integers(0, 4), min_size=1, max_size=5),
    takes=st.integers(1, 4),
)
async def test_no_fault_of_the_network_loses_or_doubles(
    tmp_path_factory: pytest.TempPathFactory, faults: list[str], sizes: list[int], takes: int
) -> None:
    async with kiosk_of(tmp_path_factory.mktemp("kiosk")) as kiosk:
        await kiosk.enrolled()
        kiosk.centre.takes = takes
        kiosk.centre.faults = list(faults)
        names: list[str] = []
        for size in sizes:
            fresh = [f"{len(names) + at}" for at in range(size)]
            await write(kiosk, *fresh)
            names += fresh
            await kiosk.sync.round()
        for _ in range(len(faults) + 1):
            await kiosk.sync.round()
        assert await kiosk.sync.round()
        assert applied(kiosk) == named(*names)
        assert all(outcome == "applied" for _, outcome, _ in await entries(kiosk))


async def test_checks_made_while_a_batch_is_put_together_wait_for_the_next(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        for turn in range(20):
            names = [f"{turn}-{at}" for at in range(3)]
            told, _ = await asyncio.gather(kiosk.sync.round(), write(kiosk, *names))
            assert told, (await kiosk.sync.report()).failure
        assert await kiosk.sync.round()
        assert len(applied(kiosk)) == 60


async def test_a_restored_server_is_told_again(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await write(kiosk, "a", "b")
        assert await kiosk.sync.round()
        ((journal, ledger),) = kiosk.centre.ledgers.items()
        backup = ledger.copy()
        await write(kiosk, "c", "d")
        assert await kiosk.sync.round()
        kiosk.centre.ledgers[journal] = backup
        await write(kiosk, "e")
        await kiosk.sync.round()
        assert await kiosk.sync.round()
        assert applied(kiosk) == named("a", "b", "c", "d", "e")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 429, 500])
async def test_no_status_drops_an_entry(tmp_path: Path, status: int) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await write(kiosk, "a", "b")
        kiosk.centre.refusal = (status, "journal.kind")
        for _ in range(3):
            assert not await kiosk.sync.round()
        assert await entries(kiosk) == [(1, None, None), (2, None, None)]
        states = [kiosk.link.state]
        kiosk.centre.refusal = None
        assert await kiosk.sync.round()
        assert applied(kiosk) == named("a", "b")
        assert [*states, kiosk.link.state] == [Link.DEGRADED, Link.ONLINE]


async def test_a_batch_that_cannot_be_read_parks_with_an_alarm_until_it_can(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await write(kiosk, "a")
        kiosk.centre.refusal = (422, "journal.kind")
        await kiosk.sync.round()
        since = kiosk.clock.now()
        kiosk.clock.move(900)
        await kiosk.sync.round()
        report = await kiosk.sync.report()
        assert (report.parked, report.parked_at) == ("journal.kind", since)
        assert (report.waiting, report.failure) == (1, "journal.kind")
        assert "GET /api/v1/sync/changes" in kiosk.centre.asked, "the rest goes on"
    async with kiosk_of(tmp_path, kiosk.centre, kiosk.clock) as again:
        assert (await again.sync.report()).parked == "journal.kind"
        kiosk.centre.refusal = None
        assert await again.sync.round()
        assert (await again.sync.report()).parked is None


def forged(reply: Reply) -> Reply:
    said = json.loads(reply.body)
    for verdict in said.get("verdicts", ()):
        verdict["outcome"], verdict["reason"] = "refused", "journal.op_id"
    return replace(reply, body=json.dumps(said).encode())


def unsigned(reply: Reply) -> Reply:
    kept = {name: value for name, value in reply.headers.items() if name != "yanpiao-answer"}
    return replace(reply, headers=Fields(kept))


def fenced_by_a_stranger(reply: Reply) -> Reply:
    body = json.dumps({"title": "x", "status": 403, "code": "kiosk.fenced"}).encode()
    stranger = Ed25519Signer(b"\x77" * 32)
    return Reply(403, Fields(answer_signature.sign(stranger, {}, 403, {}, body)), body)


@pytest.mark.parametrize("lie", [forged, unsigned, fenced_by_a_stranger])
async def test_a_lie_changes_nothing(tmp_path: Path, lie: object) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await write(kiosk, "a")
        kiosk.centre.faults = [lie] * 20  # type: ignore[list-item]
        for _ in range(4):
            assert not await kiosk.sync.round()
        assert await entries(kiosk) == [(1, None, None)]
        assert kiosk.identities.needed.standing is Standing.ACTIVE
        assert kiosk.wiped == []
        assert kiosk.link.state is Link.OFFLINE
        kiosk.centre.faults = []
        assert await kiosk.sync.round()
        assert await entries(kiosk) == [(1, "applied", None)]


async def test_an_old_answer_is_no_answer(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        old: list[Reply] = []

        def keep(reply: Reply) -> Reply:
            old.append(reply)
            return reply

        await write(kiosk, "a")
        kiosk.centre.faults = [keep]
        assert await kiosk.sync.round()
        await write(kiosk, "b")
        kiosk.centre.faults = [lambda _: old[0]]
        assert not await kiosk.sync.round()
        assert await kiosk.sync.round()
        assert applied(kiosk) == named("a", "b")


async def test_another_history_under_our_name_stops_and_is_told(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await write(kiosk, "a")
        assert await kiosk.sync.round()
        kiosk.ledger.head = Head(1, b"\x99" * 32)
        await kiosk.push.turn(asking=False)
        with pytest.raises(Exception, match=r"journal\.fork"):
            await kiosk.push.turn(asking=True)
        kiosk.ledger.head = Head(5, b"\x99" * 32)
        with pytest.raises(Exception, match=r"journal\.behind"):
            await kiosk.push.turn(asking=True)


async def test_a_journal_that_was_altered_is_not_sent(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await write(kiosk, "a", "b")
        async with kiosk.database.connection.transaction() as tx:
            await tx.execute("UPDATE journal_entries SET content = zeroblob(32) WHERE seq = 2")
        assert not await kiosk.sync.round()
        report = await kiosk.sync.report()
    assert report.parked == "journal.broken"
    assert "POST /api/v1/sync/push" not in kiosk.centre.asked


async def test_a_refused_entry_waits_for_no_answer(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await kiosk.database.checks.add(new_check("a", bare(Verdict.UNAVAILABLE)))
        await kiosk.database.checks.add(new_check("b", bare(Verdict.UNAVAILABLE)))
        kiosk.centre.reasons[1] = (EntryOutcome.REFUSED, "kiosk.quarantined")
        assert await kiosk.sync.round()
        rows = await kiosk.database.connection.fetch("SELECT delivery FROM checks ORDER BY seq")
        assert [row[0] for row in rows] == [Delivery.REFUSED, Delivery.ANSWERED]
        assert kiosk.centre.counted == {op("b")}


async def test_an_entry_that_was_told_before_still_gets_its_answer(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await kiosk.database.checks.add(new_check("a", bare(Verdict.UNAVAILABLE)))
        kiosk.centre.reasons[1] = (EntryOutcome.REFUSED, "journal.op_id")
        assert await kiosk.sync.round()
        assert await kiosk.database.checks.kept() == []
        assert kiosk.centre.counted == {op("a")}


async def test_a_restored_server_is_told_again_though_nothing_new_waits(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await write(kiosk, "a")
        assert await kiosk.sync.round()
        ((journal, ledger),) = kiosk.centre.ledgers.items()
        backup = ledger.copy()
        await write(kiosk, "b")
        assert await kiosk.sync.round()
        kiosk.centre.ledgers[journal] = backup
        assert await kiosk.sync.round()
        assert applied(kiosk) == named("a"), "it is not asked at every turn"
        await kiosk.run(rests=5)
        assert applied(kiosk) == named("a", "b")


async def test_what_was_judged_stays_35_days_by_the_servers_clock(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await write(kiosk, "a", "b")
        await kiosk.sync.round()
        kiosk.clock.set_wrong(timedelta(days=3650))
        await write(kiosk, "c")
        assert await kiosk.sync.round()
        assert len(await entries(kiosk)) == 3, "a wrong clock here forgets nothing"
        kiosk.clock.set_wrong(timedelta(days=-3650))
        kiosk.clock.move(35 * 86400 + 1)
        await write(kiosk, "d")
        assert await kiosk.sync.round()
        assert [seq for seq, _, _ in await entries(kiosk)] == [4]
        await write(kiosk, "e")
        assert await kiosk.sync.round()
        assert applied(kiosk) == named("a", "b", "c", "d", "e")


async def test_a_server_that_was_restored_while_nobody_spoke_gets_what_is_long_judged(
    tmp_path: Path,
) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await write(kiosk, "a")
        assert await kiosk.sync.round()
        ((journal, ledger),) = kiosk.centre.ledgers.items()
        backup = ledger.copy()
        await write(kiosk, "b")
        assert await kiosk.sync.round()
        kiosk.centre.ledgers[journal] = backup
        kiosk.clock.move(60 * 86_400)
        await kiosk.sync.round()
        assert await kiosk.sync.round()
        assert applied(kiosk) == named("a", "b")


@pytest.mark.parametrize(
    ("policy", "status"),
    [(Policy(refusals_are_kept=False), 404), (Policy(park_on_unknown=False), 422)],
)
async def test_the_rules_can_be_broken_to_show_that_it_would_be_seen(
    tmp_path: Path, policy: Policy, status: int
) -> None:
    async with kiosk_of(tmp_path, policy=policy) as kiosk:
        await kiosk.enrolled()
        await write(kiosk, "a")
        kiosk.centre.refusal = (status, "journal.kind")
        await kiosk.sync.round()
        assert (await kiosk.database.outbox.position()).mark == 1
        assert await entries(kiosk) == [(1, None, None)]


async def test_a_wrong_clock_is_known_from_the_contact_on_until_one_finds_it_right(
    tmp_path: Path,
) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        known = []
        for days in (0, -3, 0):
            kiosk.clock.set_wrong(timedelta(days=days) + kiosk.clock.apart)
            await kiosk.sync.round()
            known.append(kiosk.database.timekeeper.wrong)
    assert known == [False, True, False]
