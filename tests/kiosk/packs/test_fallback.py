"""Online first, then the packs: what is asked, in which order, and what is kept for later."""

from __future__ import annotations

from pathlib import Path

import pytest

from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict
from kiosk.check_book import Delivery, Entry
from kiosk.verification import Fallback, Verification, VerifierError
from tests.kiosk.stand_ins import CountedIds, HandClock, bare, claim, matched, opened
from tests.kiosk.test_verification import LASTING, PASSING, Answer, ScriptedVerifier

PACK = Outcome(
    Verdict.MATCH, State.NORMAL, Source.PACK, HandClock().now(), (), matched().advice, None
)
NOT_YET = Outcome(
    Verdict.UNAVAILABLE,
    None,
    Source.PACK,
    HandClock().now(),
    (),
    bare(Verdict.UNAVAILABLE).advice,
    None,
)
NO_KEY = VerifierError("pack.no_key", passing=False)


@pytest.mark.parametrize(
    ("online", "pack", "reachable", "shown", "delivery", "calls"),
    [
        ((matched(),), (), True, matched(), Delivery.ANSWERED, (1, 0)),
        ((PASSING, PASSING), (PACK,), True, PACK, Delivery.PROVISIONAL, (2, 1)),
        ((LASTING,), (PACK,), True, PACK, Delivery.PROVISIONAL, (1, 1)),
        ((), (PACK,), False, PACK, Delivery.PROVISIONAL, (0, 1)),
        ((matched(),), (NOT_YET,), False, matched(), Delivery.ANSWERED, (1, 1)),
        ((PASSING, PASSING), (NOT_YET,), False, NOT_YET, Delivery.KEPT, (2, 1)),
        ((PASSING, PASSING), (NOT_YET,), True, NOT_YET, Delivery.KEPT, (2, 1)),
        (
            (PASSING, PASSING),
            (NO_KEY,),
            True,
            bare(Verdict.UNAVAILABLE),
            Delivery.KEPT,
            (2, 1),
        ),
        (
            (PASSING, PASSING),
            (bare(Verdict.DAILY_LIMIT),),
            True,
            bare(Verdict.DAILY_LIMIT),
            Delivery.REFUSED,
            (2, 1),
        ),
        ((bare(Verdict.UNAVAILABLE),), (), True, None, Delivery.KEPT, (1, 0)),
    ],
)
async def test_who_is_asked_and_what_is_kept(
    tmp_path: Path,
    online: tuple[Answer, ...],
    pack: tuple[Answer, ...],
    reachable: bool,
    shown: Outcome | None,
    delivery: Delivery,
    calls: tuple[int, int],
) -> None:
    clock = HandClock()
    server, packs = ScriptedVerifier(clock, *online), ScriptedVerifier(clock, *pack)
    async with opened(tmp_path) as database:
        verification = Verification(
            server,
            database.checks,
            clock,
            CountedIds(),
            clock.sleep,
            fallback=Fallback(packs, lambda: reachable),
        )
        check = await verification.check(claim(), Entry.SCAN)
        rows = await database.connection.fetch("SELECT delivery FROM checks")
        kept = [item.op_id for item in await database.checks.kept()]
    assert check.outcome == (shown or bare(Verdict.UNAVAILABLE))
    assert rows == [(delivery,)]
    assert (check.op_id in kept) == (delivery in {Delivery.KEPT, Delivery.PROVISIONAL})
    assert (len(server.asked), len(packs.asked)) == calls
    assert {asked[0] for asked in server.asked + packs.asked} == {check.op_id}


async def test_offline_asks_nobody_else(tmp_path: Path) -> None:
    clock = HandClock()
    server, packs = ScriptedVerifier(clock), ScriptedVerifier(clock, PACK, NOT_YET)
    async with opened(tmp_path) as database:
        verification = Verification(
            server,
            database.checks,
            clock,
            CountedIds(),
            clock.sleep,
            fallback=Fallback(packs, lambda: True),
        )
        first = await verification.check(claim(), Entry.SCAN, offline=True)
        second = await verification.check(claim(), Entry.SCAN, offline=True)
    assert (first.outcome, second.outcome) == (PACK, NOT_YET)
    assert server.asked == []


async def test_looked_for_is_counted_by_day_and_invoice(tmp_path: Path) -> None:
    clock = HandClock()
    outcomes = (matched(), bare(Verdict.NOT_FOUND), bare(Verdict.TOO_OLD), matched())
    server = ScriptedVerifier(clock, *outcomes)
    async with opened(tmp_path) as database:
        verification = Verification(server, database.checks, clock, CountedIds(), clock.sleep)
        for number in ("87651234", "87651234", "87651234", "11112222"):
            await verification.check(claim(number), Entry.SCAN)
        today = clock.today()
        assert await database.checks.asked(claim(), today) == 2
        assert await database.checks.asked(claim("11112222"), today) == 1
        clock.move(86_400)
        assert await database.checks.asked(claim(), clock.today()) == 0
