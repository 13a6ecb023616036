from __future__ import annotations

import random
from typing import Any

import pytest
from pydantic import ValidationError

from helpdesk.wire import journal_batch, journal_form
from helpdesk.wire.errors import WireError
from helpdesk.wire.journal_batch import EntryOutcome, EntryVerdict, PushAnswer, PushBatch
from helpdesk.wire.journal_form import Entry, Head
from tests.helpdesk.wire.world import KIOSK, NOW, SERVER, STRANGER, header

JOURNAL = b"j" * 16
GENESIS = journal_form.genesis(JOURNAL)


def entries(count: int, word: bytes = b"") -> list[Entry]:
    return [
        journal_form.entry(header(seq), bytes([seq]) * 16, b"entry" + word)
        for seq in range(1, count + 1)
    ]


ENTRIES = entries(6)
HEADS = (GENESIS, *journal_form.chain(GENESIS, ENTRIES))
HASHES = {head.seq: head.hash for head in HEADS}


def batch(after: int, until: int) -> PushBatch:
    return journal_batch.batch(KIOSK, "A03", JOURNAL, HEADS[after], ENTRIES[after:until])


def new(mark: Head, sent: PushBatch) -> list[int]:
    links = journal_batch.check_batch(sent, KIOSK.key)
    found = journal_batch.beyond(mark, sent, links, HASHES.get)
    return [link.head.seq for link in found]


def refused(sent: PushBatch, **changes: Any) -> str:
    with pytest.raises(WireError) as raised:
        journal_batch.check_batch(sent.model_copy(update=changes), KIOSK.key)
    return raised.value.code


def test_a_batch_arrives_as_it_was_sent() -> None:
    sent = PushBatch.model_validate_json(batch(2, 5).model_dump_json())
    links = journal_batch.check_batch(sent, KIOSK.key)

    assert [link.entry for link in links] == ENTRIES[2:5]
    assert [link.head for link in links] == list(HEADS[3:6])


def test_erased_entries_travel_too() -> None:
    erased = [item.erased() for item in ENTRIES]
    sent = journal_batch.batch(KIOSK, "A03", JOURNAL, GENESIS, erased)

    assert [link.entry for link in journal_batch.check_batch(sent, KIOSK.key)] == erased
    assert sent.head == HEADS[6].hash


def test_whatever_is_changed_on_the_way_is_found() -> None:
    sent, other = batch(2, 5), batch(2, 4)

    assert refused(sent, head=other.head) == "journal.head"
    assert refused(sent, before=b"x" * 32) == "journal.head"
    assert refused(sent, after=1) == "journal.gap"
    assert refused(sent, entries=sent.entries[:2]) == "journal.head"
    assert refused(sent, entries=sent.entries[1:]) == "journal.gap"
    assert refused(sent, signature=other.signature) == "journal.signature"
    assert refused(sent, kiosk="A04") == "journal.signature"
    assert refused(sent, journal=b"x" * 16) == "journal.signature"
    broken = sent.entries[0].model_copy(update={"header": b"\xa0"})
    assert refused(sent, entries=(broken, *sent.entries[1:])) == "journal.header"
    with pytest.raises(WireError) as raised:
        journal_batch.check_batch(sent, STRANGER.key)
    assert raised.value.code == "journal.signature"


def test_only_what_is_new_is_applied_again_and_again() -> None:
    assert new(HEADS[2], batch(2, 5)) == [3, 4, 5]
    assert new(HEADS[3], batch(2, 5)) == [4, 5]
    assert new(HEADS[5], batch(2, 5)) == []
    assert new(HEADS[6], batch(2, 5)) == []
    assert new(HEADS[0], batch(0, 6)) == [1, 2, 3, 4, 5, 6]
    assert new(HEADS[4], batch(4, 4)) == []


def test_a_restored_server_names_its_mark() -> None:
    sent = batch(4, 6)
    with pytest.raises(WireError) as raised:
        journal_batch.beyond(HEADS[2], sent, journal_batch.check_batch(sent, KIOSK.key), HASHES.get)

    assert raised.value.code == "journal.ahead"
    assert raised.value.params == {"mark": "2"}


@pytest.mark.parametrize(("mark", "after", "until"), [(4, 2, 6), (6, 3, 5), (5, 5, 5), (3, 3, 6)])
def test_a_cloned_disk_is_found_wherever_its_branch_meets_the_mark(
    mark: int, after: int, until: int
) -> None:
    branch = [*ENTRIES[:2], *entries(6, b" of the clone")[2:]]
    heads = (GENESIS, *journal_form.chain(GENESIS, branch))
    sent = journal_batch.batch(KIOSK, "A03", JOURNAL, heads[after], branch[after:until])
    links = journal_batch.check_batch(sent, KIOSK.key)
    with pytest.raises(WireError) as raised:
        journal_batch.beyond(HEADS[mark], sent, links, HASHES.get)

    assert raised.value.code == "journal.fork"


def test_old_hashes_may_be_forgotten_but_not_the_mark() -> None:
    sent = batch(1, 5)
    links = journal_batch.check_batch(sent, KIOSK.key)

    assert len(journal_batch.beyond(HEADS[3], sent, links, lambda _: None)) == 2
    with pytest.raises(WireError) as raised:
        journal_batch.beyond(Head(3, b"x" * 32), sent, links, lambda _: None)
    assert raised.value.code == "journal.fork"


def answer(head: Head) -> PushAnswer:
    return PushAnswer(
        mark=head.seq,
        head=head.hash,
        verdicts=(EntryVerdict(seq=1, outcome=EntryOutcome.APPLIED),),
        receipt_kid=SERVER.key.kid,
        receipt=SERVER.sign(journal_batch.receipt_statement("A03", JOURNAL, head)),
        server_time=NOW,
    )


def test_the_server_vouches_for_a_head() -> None:
    heard = PushAnswer.model_validate_json(answer(HEADS[5]).model_dump_json())

    assert journal_batch.check_receipt(heard, "A03", JOURNAL, SERVER.key) == HEADS[5]
    changes: list[dict[str, Any]] = [
        {"mark": 4},
        {"head": HEADS[4].hash},
        {"receipt_kid": KIOSK.key.kid},
    ]
    for change in changes:
        assert refused_receipt(heard.model_copy(update=change), "A03") == "journal.receipt"
    assert refused_receipt(heard, "A04") == "journal.receipt"


def refused_receipt(heard: PushAnswer, kiosk: str) -> str:
    with pytest.raises(WireError) as raised:
        journal_batch.check_receipt(heard, kiosk, JOURNAL, SERVER.key)
    return raised.value.code


def test_the_kiosks_signature_is_no_receipt() -> None:
    assert journal_batch.head_statement("A03", JOURNAL, HEADS[5]) != (
        journal_batch.receipt_statement("A03", JOURNAL, HEADS[5])
    )


def test_a_refusal_says_why() -> None:
    refusal = EntryVerdict(seq=1, outcome=EntryOutcome.REFUSED, reason="check.number")

    assert refusal.reason == "check.number"
    assert EntryVerdict(seq=1, outcome=EntryOutcome.APPLIED, reason="check.differs").reason
    for members in ({"reason": None}, {"reason": "No dots!"}):
        with pytest.raises(ValidationError):
            EntryVerdict(seq=1, outcome=EntryOutcome.REFUSED, **members)


def test_no_changed_batch_is_ever_accepted() -> None:
    chance = random.Random(17)
    whole = batch(0, 4).model_dump_json()
    for _ in range(3000):
        at = chance.randrange(len(whole))
        changed = whole[:at] + chance.choice('AZaz09_-"{},') + whole[at + chance.randrange(2) :]
        assert changed == whole or outcome(changed) in {"schema", "journal"}


def outcome(text: str) -> str:
    try:
        journal_batch.check_batch(PushBatch.model_validate_json(text), KIOSK.key)
    except ValidationError:
        return "schema"
    except WireError as error:
        return error.code.split(".")[0]
    return "accepted"
