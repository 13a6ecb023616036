"""Somebody stands at a kiosk whose network is gone, and tries amounts until one fits."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest_asyncio

from invoices.advice import AdviceCode
from invoices.check import Check
from invoices.claim import Claim, from_face
from invoices.verdict import State, Verdict
from kiosk.check_book import Delivery, Entry, NewCheck
from kiosk.db.database import Database
from kiosk.ids import RandomIds
from kiosk.packs.pack_clock import PackClock
from kiosk.packs.store import PackStore
from kiosk.packs.verifier import PackVerifier
from kiosk.verification import Fallback, Verification
from tests.kiosk.packs.shop import NOW, TODAY, Shop, segment, store_at
from tests.kiosk.stand_ins import HandClock, bare, new_check, opened
from tests.kiosk.test_verification import ScriptedVerifier
from tests.verifier_contract import known_invoices

GUESSES = 400
ALLOWED = 20
FACE, _ = known_invoices(TODAY)["normal"]
HELD = [replace(FACE, number=f"{FACE.number[:-4]}{serial:04d}") for serial in range(GUESSES)]
TRUE = from_face(HELD[0])


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[PackStore]:
    shop = Shop(tmp_path / "stick")
    rows = [(face, State.NORMAL) for face in HELD]
    await asyncio.to_thread(lambda: shop.publish(segment(f"{FACE.issued_on:%Y-%m}", rows)))
    packs = store_at(tmp_path / "packs")
    await packs.take(shop.source)
    yield packs


class Kiosk:
    """What checks without a network, over a book on the disk."""

    def __init__(self, store: PackStore, database: Database, clock: HandClock) -> None:
        packs = PackVerifier(store, clock, PackClock(clock), database.checks)
        self._verification = Verification(
            ScriptedVerifier(clock),
            database.checks,
            clock,
            RandomIds(clock, secrets.token_bytes),
            clock.sleep,
            fallback=Fallback(packs, lambda: False),
        )

    async def ask(self, claim: Claim) -> Check:
        return await self._verification.check(claim, Entry.TYPED, offline=True)


def wrong(serial: int) -> Claim:
    claim = from_face(HELD[serial])
    return replace(claim, amount=(claim.amount or 0) + 1)


async def test_four_hundred_guesses_get_twenty_answers_a_minute(
    tmp_path: Path, store: PackStore
) -> None:
    clock = HandClock(NOW)
    async with opened(tmp_path / "kiosk", clock=clock) as database:
        kiosk = Kiosk(store, database, clock)
        told = [(await kiosk.ask(wrong(serial))).outcome for serial in range(GUESSES)]
        assert [outcome.verdict for outcome in told] == [
            *[Verdict.MISMATCH] * ALLOWED,
            *[Verdict.UNAVAILABLE] * (GUESSES - ALLOWED),
        ]
        assert told[-1].advice == (
            AdviceCode.WAIT_A_MINUTE,
            AdviceCode.REQUEST_KEPT,
            AdviceCode.ASK_STAFF,
        )
        # A right guess is not told either.
        assert (await kiosk.ask(TRUE)).outcome.verdict is Verdict.UNAVAILABLE
        assert (await database.checks.tally(TODAY)).kept == GUESSES - ALLOWED + 1
        clock.move(61)
        assert (await kiosk.ask(TRUE)).outcome.verdict is Verdict.MATCH


async def test_neither_a_restart_nor_an_answer_of_the_server_gives_more(
    tmp_path: Path, store: PackStore
) -> None:
    clock = HandClock(NOW)
    async with opened(tmp_path / "kiosk", clock=clock) as database:
        kiosk = Kiosk(store, database, clock)
        for serial in range(ALLOWED - 1):
            await kiosk.ask(wrong(serial))
        # The server said so of the last one.
        by_server = new_check("op-s", bare(Verdict.NOT_FOUND))
        await database.checks.add(replace(by_server, delivery=Delivery.ANSWERED, at=clock.now()))
    clock.move(1)
    async with opened(tmp_path / "kiosk", clock=clock, seed=2) as database:
        kiosk = Kiosk(store, database, clock)
        assert (await kiosk.ask(TRUE)).outcome.verdict is Verdict.UNAVAILABLE
        clock.move(60)
        assert (await kiosk.ask(TRUE)).outcome.verdict is Verdict.MATCH


async def test_many_at_once_are_no_way_around_it(tmp_path: Path, store: PackStore) -> None:
    clock = HandClock(NOW)
    async with opened(tmp_path / "kiosk", clock=clock) as database:
        kiosk = Kiosk(store, database, clock)
        told = await asyncio.gather(*(kiosk.ask(wrong(serial)) for serial in range(60)))
    verdicts = [check.outcome.verdict for check in told]
    assert verdicts.count(Verdict.MISMATCH) == ALLOWED


async def test_a_clock_that_was_set_back_does_not_pause_honest_visitors(
    tmp_path: Path, store: PackStore
) -> None:
    clock = HandClock(NOW)
    async with opened(tmp_path / "kiosk", clock=clock) as database:
        for serial in range(ALLOWED):
            await database.checks.add(later(serial, clock))
        kiosk = Kiosk(store, database, clock)
        assert (await kiosk.ask(TRUE)).outcome.verdict is Verdict.MATCH


def later(serial: int, clock: HandClock) -> NewCheck:
    """A wrong answer that was kept while the clock was an hour ahead."""
    ahead = HandClock(clock.at)
    ahead.move(3600)
    return replace(new_check(f"op-{serial}", bare(Verdict.MISMATCH)), at=ahead.now())
