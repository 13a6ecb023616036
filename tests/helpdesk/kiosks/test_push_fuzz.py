"""Batches with something changed in them, signed as they are: all refused, none applied.

`FUZZ_ROUNDS` sets how many; `make fuzz` does so.
"""

from __future__ import annotations

import os
import random

import pytest
from pydantic import ValidationError

from helpdesk.kiosks.errors import KiosksError
from helpdesk.wire import journal_batch
from helpdesk.wire.errors import WireError
from helpdesk.wire.journal_batch import PushBatch
from helpdesk.wire.journal_form import Head
from tests.fuzz.json_spelling import altered
from tests.helpdesk.kiosks.room import Centre, KioskSide

ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "600"))


def resigned(kiosk: KioskSide, batch: PushBatch) -> PushBatch:
    """Signed by its kiosk, as if it had meant it."""
    head = Head(batch.after + len(batch.entries), batch.head)
    statement = journal_batch.head_statement(batch.kiosk, batch.journal, head)
    return batch.model_copy(update={"signature": kiosk.signer.sign(statement)})


@pytest.mark.timeout(0)
@pytest.mark.parametrize("seed", range(3))
async def test_nothing_of_a_changed_batch_is_applied(centre: Centre, seed: int) -> None:
    chance = random.Random(seed)
    kiosk = await centre.kiosk()
    for _ in range(4):
        kiosk.check()
    good = kiosk.batch().model_dump(mode="json")
    refused = 0
    for _ in range(ROUNDS // 3):
        text = altered(good, chance)
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
