from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.kiosks import push as push_module
from helpdesk.kiosks.effects import effects_of
from helpdesk.kiosks.errors import KiosksError
from helpdesk.kiosks.moments import milliseconds
from helpdesk.verification.routes import policy_of
from helpdesk.wire import journal_batch, strict_cbor
from helpdesk.wire.errors import WireError
from helpdesk.wire.journal_batch import ClockReading
from helpdesk.wire.journal_kinds import KINDS
from helpdesk.wire.standing import Standing
from invoices.claim import from_face
from invoices.verdict import Source, State, Verdict
from tests.helpdesk.kiosks.room import (
    BOOT,
    INVOICES,
    NOON,
    NORMAL,
    Centre,
    ChanceIds,
    new_kiosk,
    outcome,
)

LIKE_TOLD = "SELECT verdict, state FROM verification_check"


def test_every_kind_of_the_wire_has_its_effect(centre: Centre) -> None:
    assert set(effects_of(centre.resources)) == set(KINDS.payloads)


async def test_a_batch_is_applied_once_with_a_receipt(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    op_id = kiosk.check()
    batch = kiosk.batch()
    first, second = await centre.take(kiosk, batch), await centre.take(kiosk, batch)
    for answer in (first, second):
        head = journal_batch.check_receipt(
            answer, kiosk.kiosk, kiosk.journal, centre.bureau.secrets.receipt.key
        )
        assert head == kiosk.heads[1]
        assert [(v.seq, v.outcome, v.reason) for v in answer.verdicts] == [(1, "applied", None)]
        assert answer.standing is Standing.ACTIVE
    assert await centre.counted() == 1
    assert await centre.rows("SELECT op_id, record FROM verification_check") == [
        (op_id, f"{kiosk.kiosk}-261124-0001")
    ]


async def test_a_long_batch_goes_in_groups_and_one_answer(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_module, "GROUP", 3)
    kiosk = await centre.kiosk()
    for _ in range(10):
        kiosk.check()
    answer = await centre.push(kiosk)
    assert (answer.mark, len(answer.verdicts)) == (10, 10)
    assert await centre.counted() == 10


async def test_an_overlapping_batch_takes_only_what_is_new(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    for _ in range(5):
        kiosk.check()
    await centre.push(kiosk, to=3)
    answer = await centre.push(kiosk, after=1)
    assert (answer.mark, [verdict.seq for verdict in answer.verdicts]) == (5, [2, 3, 4, 5])
    assert await centre.counted() == 5


async def test_nothing_to_push_proves_the_head(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    assert (await centre.push(kiosk)).mark == 0
    kiosk.check()
    await centre.push(kiosk)
    assert (await centre.push(kiosk)).mark == 1


async def test_a_server_that_forgot_is_told_again(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    for _ in range(6):
        kiosk.check()
    answer = await centre.take(kiosk, kiosk.batch(after=4))
    assert (answer.mark, answer.verdicts) == (0, ())
    kiosk.hear(answer)
    assert (await centre.push(kiosk)).mark == 6


async def test_a_check_that_came_online_before_counts_once(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    op_id = kiosk.check(told=outcome(Verdict.MATCH, State.NORMAL, Source.REGISTRY))
    await centre.push(kiosk)
    again = await centre.kiosk(1)
    again.check(operation=op_id)
    answer = await centre.push(again)
    assert [(v.outcome, v.reason) for v in answer.verdicts] == [("refused", "journal.op_id")]
    assert await centre.counted() == 1


@pytest.mark.parametrize(
    ("invoice", "told", "found"),
    [
        ("voided", outcome(Verdict.MATCH, State.NORMAL), "match/voided"),
        ("normal", outcome(Verdict.NOT_FOUND), "match/normal"),
        ("normal", outcome(Verdict.MISMATCH), "match/normal"),
        ("today", outcome(Verdict.MATCH, State.NORMAL), "too_early"),
    ],
)
async def test_a_difference_waits_for_a_person(
    centre: Centre, invoice: str, told: object, found: str
) -> None:
    kiosk = await centre.kiosk()
    kiosk.check(from_face(INVOICES[invoice][0]), told)  # type: ignore[arg-type]
    answer = await centre.push(kiosk)
    assert [(v.outcome, v.reason) for v in answer.verdicts] == [("applied", "check.differs")]
    (matter,) = await centre.bureau.inbox.matters()
    assert (matter.code, matter.found, matter.first_seq) == ("check.differs", found, 1)
    verdict, _, state = found.partition("/")
    assert await centre.rows(LIKE_TOLD) == [(verdict, state or None)], "ours is kept"


async def test_a_kept_request_is_answered_without_an_exception(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    kiosk.check(told=outcome(Verdict.UNAVAILABLE, source=None))
    kiosk.check(None, outcome(Verdict.BAD_INPUT, source=None))
    kiosk.check(told=outcome(Verdict.TOO_EARLY, source=None))
    answer = await centre.push(kiosk)
    assert {verdict.reason for verdict in answer.verdicts} == {None}
    rows = await centre.rows(LIKE_TOLD + " ORDER BY record")
    assert rows == [("match", "normal"), ("bad_input", None), ("too_early", None)]
    assert await centre.counted() == 1


async def test_the_daily_limit_refuses_nothing_that_was_told(centre: Centre) -> None:
    assert policy_of(centre.resources.config.helpdesk).daily_limit == 5
    kiosk = await centre.kiosk()
    for _ in range(9):
        kiosk.check()
    answer = await centre.push(kiosk)
    assert {(v.outcome, v.reason) for v in answer.verdicts} == {("applied", None)}
    assert await centre.counted() == 9


async def test_another_kiosks_number_is_doubtful(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    kiosk.check(prefix="Z99")
    kiosk.check(prefix="Z99")
    answer = await centre.push(kiosk)
    assert {(v.outcome, v.reason) for v in answer.verdicts} == {("applied", "check.prefix")}
    (matter,) = await centre.bureau.inbox.matters()
    assert (matter.entries, matter.first_seq, matter.last_seq) == (2, 1, 2)


async def test_a_wrong_clock_is_doubtful_until_the_boot_is_anchored(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    past = NOON - timedelta(days=4000)
    kiosk.check(at=past, clock_suspect=True)
    answer = await centre.push(kiosk)
    assert answer.verdicts[0].reason in ("check.clock", "check.differs")
    kiosk.check(at=past, clock_suspect=True, mono_ms=1_000_000)
    answer = await centre.push(kiosk, clock=ClockReading(boot_id=BOOT, mono_ms=1_600_000))
    assert answer.verdicts[0].reason is None
    rows = await centre.rows("SELECT occurred_ms FROM kiosks_entry ORDER BY seq")
    assert rows[1][0] == int((NOON - timedelta(minutes=10)).timestamp() * 1000)


@pytest.mark.parametrize("anchored", [True, False])
async def test_no_entry_happened_later_than_now(centre: Centre, anchored: bool) -> None:
    """Whatever the kiosk's clocks say: what came here has happened before."""
    kiosk = await centre.kiosk()
    ahead = NOON + timedelta(days=2)
    kiosk.check(at=ahead, mono_ms=5_000_000)
    kiosk.check(at=NOON + timedelta(seconds=90), mono_ms=5_000_100)
    kiosk.check(at=NOON - timedelta(hours=1), mono_ms=1)
    reading = ClockReading(boot_id=BOOT, mono_ms=3_600_001) if anchored else None
    await centre.push(kiosk, clock=reading)
    rows = await centre.rows("SELECT occurred_ms FROM kiosks_entry ORDER BY seq")
    earlier = milliseconds(NOON - timedelta(hours=1))
    assert [ms for (ms,) in rows] == [milliseconds(NOON), milliseconds(NOON), earlier]


async def test_a_newer_kind_parks_what_follows_and_holds_up_nothing_before_it(
    centre: Centre,
) -> None:
    kiosk = await centre.kiosk()
    kiosk.check()
    kiosk.write_raw("visit", strict_cbor.encode({"number": "A12"}), ChanceIds().op_id())
    kiosk.check()
    assert (await centre.push(kiosk)).mark == 1
    with pytest.raises(WireError, match=r"journal\.kind"):
        await centre.push(kiosk)
    assert await centre.counted() == 1


async def test_a_payload_of_a_newer_form_parks(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    kiosk.write_raw("check", strict_cbor.encode({"record": "A01-261124-0001"}), ChanceIds().op_id())
    with pytest.raises(WireError, match=r"journal\.payload"):
        await centre.push(kiosk)
    assert await centre.rows("SELECT COUNT(*) FROM kiosks_entry") == [(0,)]


async def test_an_erased_entry_is_refused_and_the_chain_goes_on(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    kiosk.check()
    kiosk.entries[0] = kiosk.entries[0].erased()
    kiosk.check()
    answer = await centre.push(kiosk)
    told = [(v.outcome, v.reason) for v in answer.verdicts]
    assert told == [("refused", "journal.erased"), ("applied", None)]


async def test_an_operation_told_twice_has_one_effect(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    op_id = kiosk.check()
    kiosk.check(operation=op_id)
    await centre.push(kiosk)
    kiosk.check(operation=op_id)
    await centre.push(kiosk)
    assert kiosk.verdicts == {
        1: ("applied", None),
        2: ("refused", "journal.op_id"),
        3: ("refused", "journal.op_id"),
    }
    assert await centre.counted() == 1


async def test_a_batch_that_contradicts_itself_changes_nothing(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    kiosk.check()
    kiosk.check()
    batch = kiosk.batch()
    stranger = new_kiosk(7)
    spoiled = [
        ("journal.head", batch.model_copy(update={"head": bytes(32)})),
        ("journal.signature", batch.model_copy(update={"signature": bytes(64)})),
        ("journal.signature", replaced_signer(kiosk, stranger)),
        ("journal.gap", batch.model_copy(update={"entries": batch.entries[1:]})),
    ]
    for code, each in spoiled:
        with pytest.raises(WireError) as raised:
            await centre.take(kiosk, each)
        assert raised.value.code in (code, "journal.signature")
    assert await centre.rows("SELECT COUNT(*) FROM kiosks_entry") == [(0,)]


def replaced_signer(kiosk: object, stranger: object) -> journal_batch.PushBatch:
    return replace(kiosk, signer=stranger.signer).batch()  # type: ignore[type-var, attr-defined, no-any-return]


async def test_only_ones_own_journal(centre: Centre) -> None:
    one, two = await centre.kiosk(1), await centre.kiosk(2)
    one.check()
    with pytest.raises(KiosksError, match=r"journal\.foreign"):
        await centre.take(two, one.batch())
    two.journal, two.heads = one.journal, one.heads
    with pytest.raises(KiosksError, match=r"journal\.foreign"):
        await centre.take(two, two.batch())


async def test_a_fenced_kiosk_hands_in_what_it_has_and_it_waits(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    kiosk.check()
    await centre.push(kiosk)
    assert await centre.bureau.fleet.fence(kiosk.kiosk)
    assert not await centre.bureau.fleet.fence(kiosk.kiosk)
    for _ in range(3):
        kiosk.check()
    kiosk.write_raw("visit", strict_cbor.encode({"number": "A12"}), ChanceIds().op_id())
    answer = await centre.push(kiosk)
    assert answer.standing is Standing.FENCED
    assert {(v.outcome, v.reason) for v in answer.verdicts} == {("refused", "kiosk.fenced")}
    (matter,) = await centre.bureau.inbox.matters()
    assert (matter.code, matter.entries, matter.first_seq, matter.last_seq) == (
        "kiosk.fenced",
        4,
        2,
        5,
    )
    assert await centre.counted() == 1
    kept = await centre.bureau.journals.kept(matter.branch, 1, 9, matter.code, 10)
    assert [entry.seq for entry in kept] == [2, 3, 4, 5]
    said = KINDS.read("check", kept[0].plaintext or b"")
    assert said.claim.number == NORMAL.number  # type: ignore[attr-defined]


async def test_too_many_at_once_are_asked_to_come_again(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_module, "WAITING", 0)
    kiosk = await centre.kiosk()
    with pytest.raises(KiosksError, match=r"kiosks\.busy"):
        await centre.push(kiosk)
