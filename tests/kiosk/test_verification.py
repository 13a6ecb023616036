from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from invoices.claim import Claim
from invoices.outcome import Outcome
from invoices.rules import Policy
from invoices.verdict import Verdict
from kiosk.check_book import CheckBook, Entry
from kiosk.db.port import StoreError
from kiosk.verification import Budget, Verification, VerifierError
from tests.kiosk.stand_ins import (
    CANARY_NUMBER,
    NOW,
    CountedIds,
    HandClock,
    bare,
    claim,
    matched,
    new_check,
    op,
    opened,
)

Answer = Outcome | VerifierError
PASSING = VerifierError("verifier.refused", passing=True)
LASTING = VerifierError("verifier.status", passing=False, status=401)


class ScriptedVerifier:
    """Gives its answers in order, each after so many seconds of the hand-moved clock."""

    def __init__(self, clock: HandClock, *answers: Answer, seconds: float = 0.0) -> None:
        self._clock = clock
        self._answers = list(answers)
        self._seconds = seconds
        self.asked: list[tuple[str, Claim, float]] = []

    async def verify(self, op_id: str, asked: Claim, deadline: float) -> Outcome:
        self.asked.append((op_id, asked, round(deadline, 3)))
        self._clock.move(min(self._seconds, deadline))
        answer = self._answers.pop(0)
        if isinstance(answer, VerifierError):
            raise answer
        return answer


def verification(
    book: CheckBook, verifier: ScriptedVerifier, clock: HandClock, policy: Policy | None = None
) -> Verification:
    return Verification(
        verifier, book, clock, CountedIds(), clock.sleep, lambda: policy or Policy()
    )


async def test_an_answer_is_committed_before_it_is_shown(tmp_path: Path) -> None:
    clock = HandClock()
    verifier = ScriptedVerifier(clock, matched())
    async with opened(tmp_path) as database:
        check = await verification(database.checks, verifier, clock).check(claim(), Entry.SCAN)
        assert await database.checks.find(check.record) == check
        assert (await database.checks.tally(clock.today())).kept == 0
    assert check.outcome == matched()
    assert verifier.asked == [(check.op_id, claim(), 0.9)]


async def test_a_fault_that_passes_is_retried_once_under_the_same_id(tmp_path: Path) -> None:
    clock = HandClock()
    verifier = ScriptedVerifier(clock, PASSING, matched())
    async with opened(tmp_path) as database:
        check = await verification(database.checks, verifier, clock).check(claim(), Entry.SCAN)
    assert check.outcome.verdict is Verdict.MATCH
    assert [asked[0] for asked in verifier.asked] == [check.op_id] * 2
    assert [asked[2] for asked in verifier.asked] == [0.9, 1.4]


@pytest.mark.parametrize(
    ("answers", "seconds", "tries"),
    [
        ((PASSING, PASSING), 0.0, 2),
        ((PASSING, PASSING), 9.0, 2),
        ((LASTING,), 0.0, 1),
        ((PASSING, LASTING), 0.0, 2),
        ((bare(Verdict.UNAVAILABLE),), 0.0, 1),
    ],
)
async def test_without_a_verdict_the_check_is_kept(
    tmp_path: Path, answers: tuple[Answer, ...], seconds: float, tries: int
) -> None:
    clock = HandClock()
    verifier = ScriptedVerifier(clock, *answers, seconds=seconds)
    async with opened(tmp_path) as database:
        check = await verification(database.checks, verifier, clock).check(claim(), Entry.TYPED)
        kept = await database.checks.kept()
    assert check.outcome == bare(Verdict.UNAVAILABLE)
    assert [(item.op_id, item.claim) for item in kept] == [(check.op_id, claim())]
    assert len(verifier.asked) == tries
    assert (clock.now() - NOW).total_seconds() <= Budget().whole


@pytest.mark.parametrize("wrong", [False, True])
async def test_a_clock_found_wrong_refuses_nothing_by_its_day(
    tmp_path: Path, *, wrong: bool
) -> None:
    clock = HandClock()
    verifier = ScriptedVerifier(clock, matched())
    async with opened(tmp_path) as database:
        case = Verification(
            *(verifier, database.checks, clock, CountedIds(), clock.sleep),
            clock_wrong=lambda: wrong,
        )
        check = await case.check(claim(issued_on="2026-11-26"), Entry.SCAN)
    assert check.outcome.verdict is (Verdict.MATCH if wrong else Verdict.BAD_INPUT)


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [
        (Claim(), Verdict.BAD_INPUT),
        (claim(issued_on=""), Verdict.BAD_INPUT),
        (claim(issued_on="2026-11-25"), Verdict.BAD_INPUT),
        (claim(issued_on="2026-11-24"), Verdict.TOO_EARLY),
        (claim(issued_on="2021-11-23"), Verdict.TOO_OLD),
    ],
)
async def test_what_needs_no_registry_is_refused_here_and_recorded(
    tmp_path: Path, asked: Claim, verdict: Verdict
) -> None:
    clock = HandClock()
    verifier = ScriptedVerifier(clock)
    async with opened(tmp_path) as database:
        check = await verification(database.checks, verifier, clock).check(asked, Entry.TYPED)
        assert await database.checks.find(check.record) == check
        assert await database.checks.kept() == []
    assert check.outcome.verdict is verdict
    assert len(check.outcome.advice) >= 2
    assert verifier.asked == []


async def test_the_business_day_is_beijings(tmp_path: Path) -> None:
    clock = HandClock(NOW.replace(hour=16, minute=30))  # 00:30 of the 25th in Beijing
    verifier = ScriptedVerifier(clock, matched())
    async with opened(tmp_path) as database:
        check = await verification(database.checks, verifier, clock).check(
            claim(issued_on="2026-11-24"), Entry.SCAN
        )
    assert check.outcome.verdict is Verdict.MATCH
    assert check.record == "A03-261125-0001"


async def test_a_clock_that_lost_its_time_refuses_nothing(tmp_path: Path) -> None:
    clock = HandClock(NOW.replace(year=1970))
    verifier = ScriptedVerifier(clock, matched())
    async with opened(tmp_path) as database:
        check = await verification(database.checks, verifier, clock).check(claim(), Entry.SCAN)
    assert check.outcome.verdict is Verdict.MATCH


async def test_a_check_that_cannot_be_kept_is_not_told(tmp_path: Path) -> None:
    clock = HandClock()
    async with opened(tmp_path) as database:
        use_case = verification(database.checks, ScriptedVerifier(clock, matched()), clock)
    with pytest.raises(StoreError):
        await use_case.check(claim(), Entry.SCAN)


async def test_the_log_names_no_invoice(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "kiosk")
    clock = HandClock()
    verifier = ScriptedVerifier(clock, PASSING, LASTING)
    async with opened(tmp_path) as database:
        await verification(database.checks, verifier, clock).check(claim(), Entry.SCAN)
    assert "verifier.status" in caplog.text
    assert CANARY_NUMBER not in caplog.text


async def test_a_completed_check_keeps_its_moment(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        check = await database.checks.add(new_check("op-1", bare(Verdict.UNAVAILABLE)))
        await database.checks.complete(op("op-1"), matched(), NOW + timedelta(hours=3))
        found = await database.checks.find(check.record)
    assert found is not None
    assert found.at == NOW
