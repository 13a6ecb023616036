"""Batches with something changed in them, signed as they are: all refused, none applied."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
from pydantic import ValidationError

from helpdesk.kiosks.errors import KiosksError
from helpdesk.wire import journal_batch
from helpdesk.wire.errors import WireError
from helpdesk.wire.journal_batch import PushBatch
from helpdesk.wire.journal_form import Head
from tests.helpdesk.kiosks.room import Centre, KioskSide

ROUNDS = int(os.environ.get("YANPIAO_FUZZ", "600"))


def mutated(value: Any, chance: random.Random) -> Any:
    """The same JSON with one thing changed somewhere."""
    match value:
        case dict():
            name = chance.choice(list(value))
            if chance.random() < 0.1:
                return {key: item for key, item in value.items() if key != name}
            return value | {name: mutated(value[name], chance)}
        case list() if value:
            at = chance.randrange(len(value))
            changed = mutated(value[at], chance)
            there = chance.choice([[], [value[at]] * 2, [changed], [changed]])
            return [*value[:at], *there, *value[at + 1 :]]
        case str() if value:
            at = chance.randrange(len(value))
            return value[:at] + chance.choice("AZaz09_-é\x00") + value[at + 1 :]
        case bool() | None:
            return chance.choice([0, "", {}, []])
        case int():
            return chance.choice([value + 1, value - 1, -1, 1 << 63, str(value), 0.5, None])
        case _:
            return 7


def resigned(kiosk: KioskSide, batch: PushBatch) -> PushBatch:
    """Signed by its kiosk, as if it had meant it."""
    head = Head(batch.after + len(batch.entries), batch.head)
    statement = journal_batch.head_statement(batch.kiosk, batch.journal, head)
    return batch.model_copy(update={"signature": kiosk.signer.sign(statement)})


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_of_a_changed_batch_is_applied(centre: Centre, seed: int) -> None:
    chance = random.Random(seed)
    kiosk = await centre.kiosk()
    for _ in range(4):
        kiosk.check()
    good = kiosk.batch().model_dump(mode="json")
    refused = 0
    for _ in range(ROUNDS // 3):
        text = mutated(good, chance)
        if text == good:
            continue
        try:
            batch = resigned(kiosk, PushBatch.model_validate(text))
        except ValidationError:
            refused += 1
            continue
        if batch.model_dump(mode="json") | {"clock": None} == good:
            # Only the signature or the clock's reading was changed.
            continue
        try:
            answer = await centre.take(kiosk, batch)
        except (WireError, KiosksError):
            refused += 1
        else:
            assert answer.mark == 0, "further on than we are: it is told so"
    assert refused > ROUNDS // 6
    assert await centre.rows("SELECT COUNT(*) FROM kiosks_entry") == [(0,)]
    assert (await centre.push(kiosk)).mark == 4
