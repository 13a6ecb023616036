"""Checks that wait get the server's answer: none is dropped, none holds up another."""

from __future__ import annotations

from pathlib import Path

import pytest

from invoices.claim import Claim
from invoices.outcome import Outcome
from invoices.verdict import Verdict
from kiosk.sync.settling import Settling
from kiosk.verification import VerifierError
from tests.kiosk.stand_ins import HandClock, bare, matched, new_check, op, opened

PASSING = VerifierError("verifier.refused", passing=True)
LASTING = VerifierError("verifier.status", passing=False, status=401)


class Scripted:
    """Gives its answers in order."""

    def __init__(self, *answers: Outcome | VerifierError) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def verify(self, op_id: str, asked: Claim, deadline: float) -> Outcome:
        self.asked.append(op_id)
        answer = self._answers.pop(0)
        if isinstance(answer, VerifierError):
            raise answer
        return answer


async def test_who_never_gets_through_holds_up_nobody(tmp_path: Path) -> None:
    names = [f"op-{at}" for at in range(3)]
    async with opened(tmp_path) as database:
        book = database.checks
        made = [await book.add(new_check(name, bare(Verdict.UNAVAILABLE))) for name in names]
        server = Scripted(
            LASTING, matched(), bare(Verdict.UNAVAILABLE), matched(), LASTING, matched()
        )
        settling = Settling(server, book, HandClock())
        assert not await settling.turn()
        assert not await settling.turn()
        assert await settling.turn()
        assert await settling.turn(), "with nothing kept there is nothing to ask"
        found = [await book.find(check.record) for check in made]
    assert [check and check.outcome.verdict for check in found] == [Verdict.MATCH] * 3
    asked = ["op-0", "op-1", "op-2", "op-2", "op-0", "op-0"]
    assert server.asked == [op(name) for name in asked]


async def test_a_link_that_went_away_ends_the_turn(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        for at in range(5):
            await database.checks.add(new_check(f"op-{at}", bare(Verdict.UNAVAILABLE)))
        server = Scripted(PASSING, matched(), PASSING, PASSING)
        with pytest.raises(VerifierError):
            await Settling(server, database.checks, HandClock()).turn()
        kept = await database.checks.kept()
    assert len(server.asked) == 4
    assert [check.op_id for check in kept] == [op(f"op-{at}") for at in (0, 2, 3, 4)]
