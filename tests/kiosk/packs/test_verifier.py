"""What a kiosk says on its own: the verifier's contract as far as packs go, and their age."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from invoices.advice import AdviceCode
from invoices.claim import Claim, from_face
from invoices.kinds import Field, rule_of
from invoices.outcome import Outcome
from invoices.rules import Policy
from invoices.verdict import Source, State, Verdict
from kiosk.packs.errors import PacksError
from kiosk.packs.pack_clock import PackClock
from kiosk.packs.store import PackStore
from kiosk.packs.verifier import REMEMBERED, PackVerifier
from kiosk.verification import VerifierError
from tests.kiosk.packs.shop import (
    NOW,
    TODAY,
    Known,
    NothingKept,
    Pack,
    Shop,
    overlay,
    segment,
    store_at,
)
from tests.kiosk.stand_ins import HandClock
from tests.verifier_contract import (
    PATIENCE,
    OpIds,
    Subject,
    VerifierContract,
    known_invoices,
    unknown_invoice,
)

KNOWN = known_invoices(TODAY)


def by_month(known: dict[str, Known]) -> list[Pack]:
    """A segment for each month in which one of these was issued."""
    months: dict[str, list[Known]] = {}
    for face, state in known.values():
        months.setdefault(f"{face.issued_on:%Y-%m}", []).append((face, state))
    return [segment(name, held) for name, held in months.items()]


class Desk:
    """A verifier over a store, and the clock it goes by."""

    def __init__(self, store: PackStore, policy: Policy | None = None) -> None:
        self.store = store
        self.clock = HandClock(NOW)
        self.ids = OpIds(7)
        self.signed_at: datetime | None = None
        times = PackClock(self.clock, lambda: store.latest, lambda: self.signed_at)
        self.book = NothingKept()
        self.verifier = PackVerifier(
            store, self.clock, times, self.book, lambda: policy or Policy()
        )

    async def ask(self, known: Known | Claim) -> Outcome:
        claim = known if isinstance(known, Claim) else from_face(known[0])
        return await self.verifier.verify(self.ids(), claim, PATIENCE)


@pytest_asyncio.fixture
async def desk(tmp_path: Path, shop: Shop) -> Desk:
    shop.publish(*by_month(KNOWN))
    store = store_at(tmp_path / "packs")
    await store.take(shop.source)
    return Desk(store)


class TestPackVerifier(VerifierContract):
    """The whole contract but for what no pack knows: the invoice's details, fields beside."""

    @pytest.fixture
    def subject(self, desk: Desk) -> Subject:
        return Subject(
            desk.verifier.verify, TODAY, VerifierError, source=Source.PACK, new_op_id=OpIds()
        )

    @pytest.mark.parametrize("state", list(State))
    async def test_a_match_tells_state_details_and_what_was_compared(
        self, subject: Subject, state: State
    ) -> None:
        claim = subject.claim(state.value)
        outcome = await subject.ask(claim)
        assert (outcome.verdict, outcome.state) == (Verdict.MATCH, state)
        assert (outcome.source, outcome.as_of, outcome.details) == (Source.PACK, NOW, None)
        assert outcome.compared == rule_of(claim.kind).fields

    @pytest.mark.parametrize(
        ("field", "value", "verdict"),
        [
            (Field.SELLER_TAX_ID, "91110000DEM00002XX", Verdict.MATCH),
            (Field.SELLER_TAX_ID, "91110000DEM00001XX", Verdict.MATCH),
        ],
    )
    async def test_a_field_that_was_not_asked_is_compared_too(
        self, subject: Subject, field: Field, value: str, verdict: Verdict
    ) -> None:
        """It is not, and the answer says so."""
        outcome = await subject.ask(subject.claim("edge").with_(field, value))
        assert outcome.verdict is verdict
        assert field not in outcome.compared


async def test_an_altered_date_is_a_mismatch_by_any_segment(desk: Desk) -> None:
    claim = from_face(KNOWN["normal"][0])
    assert claim.issued_on is not None
    moved = replace(claim, issued_on=claim.issued_on - timedelta(days=1))
    outcome = await desk.ask(moved)
    assert outcome.verdict is Verdict.MISMATCH
    assert outcome.advice[-1] is AdviceCode.PACK_CHECKED_AGAIN


async def test_kinds_with_a_check_code_say_that_the_amount_was_not_checked(desk: Desk) -> None:
    claim = from_face(KNOWN["checked"][0])
    altered = await desk.ask(replace(claim, amount=1))
    assert (altered.verdict, altered.state) == (Verdict.MATCH, State.NORMAL)
    assert Field.AMOUNT not in altered.compared
    assert altered.advice[0] is AdviceCode.AMOUNT_NOT_CHECKED
    assert not altered.outdated


async def test_after_its_expiry_a_pack_says_as_of_and_not_normal(desk: Desk) -> None:
    desk.clock.move(35 * 3600)
    assert not (await desk.ask(KNOWN["normal"])).outdated
    desk.clock.move(3600)
    outcome = await desk.ask(KNOWN["normal"])
    assert (outcome.verdict, outcome.state, outcome.as_of) == (Verdict.MATCH, State.NORMAL, NOW)
    assert outcome.outdated
    assert outcome.advice[0] is AdviceCode.PACK_OUTDATED
    voided = await desk.ask(KNOWN["voided"])
    assert (voided.state, voided.outdated) == (State.VOIDED, False)


async def test_a_frozen_list_expires_even_if_the_clock_is_set_back(desk: Desk, shop: Shop) -> None:
    later = NOW + timedelta(hours=30)
    packs = [segment("2026-10", [KNOWN["normal"]], later)]
    shop.publish(*packs, version=2, issued_at=later, lifetime=timedelta(minutes=2))
    await desk.store.take(shop.source)
    desk.clock.move(30 * 3600 - 200)
    assert not (await desk.ask(KNOWN["normal"])).outdated
    desk.clock.move(3600)
    assert (await desk.ask(KNOWN["normal"])).outdated


async def test_time_for_packs_is_never_before_the_newest_signed_time(desk: Desk) -> None:
    """Whatever it was that said it: a list of packs, a list of keys, an answer of the server."""
    expires = NOW + timedelta(hours=36)
    desk.clock.at = expires - timedelta(minutes=2)
    assert not (await desk.ask(KNOWN["normal"])).outdated
    desk.signed_at = expires + timedelta(minutes=1)
    assert (await desk.ask(KNOWN["normal"])).outdated
    # A clock that is an hour behind what was signed may be wrong by days.
    desk.signed_at = expires + timedelta(hours=1)
    outcome = await desk.ask(KNOWN["normal"])
    assert outcome.advice[0] is AdviceCode.CLOCK_NOT_SURE


async def test_a_list_whose_files_never_came_tells_the_time_too(
    desk: Desk, shop: Shop, tmp_path: Path
) -> None:
    later = NOW + timedelta(hours=36, minutes=1)
    new = segment("2026-10", [KNOWN["normal"]], later)
    shop.publish(new, version=2, issued_at=later)
    await asyncio.to_thread((shop.folder / new.file.name).unlink)
    with pytest.raises(PacksError):
        await desk.store.take(shop.source)
    desk.clock.at = later - timedelta(minutes=2)
    again = store_at(tmp_path / "packs")
    await again.open()
    for store in (desk.store, again):
        assert store.latest == later
        other = Desk(store)
        other.clock.at = desk.clock.at
        assert (await other.ask(KNOWN["normal"])).outdated
    await again.wipe()
    assert again.latest is None


@pytest.mark.parametrize("wrong", [-timedelta(days=1), -timedelta(days=20_000), timedelta(2000)])
async def test_a_clock_that_cannot_be_right_checks_nothing(desk: Desk, wrong: timedelta) -> None:
    desk.clock.at += wrong
    outcome = await desk.ask(KNOWN["normal"])
    assert (outcome.verdict, outcome.source) == (Verdict.UNAVAILABLE, None)
    assert outcome.advice[0] is AdviceCode.CLOCK_NOT_SURE


async def test_an_invoice_that_is_newer_than_the_packs_cannot_be_known_yet(desk: Desk) -> None:
    desk.clock.move(20 * 86_400)
    days = (TODAY, TODAY + timedelta(days=2), date(2026, 12, 3))
    for face in (replace(KNOWN["normal"][0], issued_on=day) for day in days):
        number = f"{face.issued_on:%y}112000000000077777"
        outcome = await desk.ask((replace(face, number=number), State.NORMAL))
        assert (outcome.verdict, outcome.source) == (Verdict.UNAVAILABLE, Source.PACK)
        assert outcome.advice[:2] == (AdviceCode.NEWER_THAN_PACK, AdviceCode.REQUEST_KEPT)


async def test_not_found_needs_a_day_that_was_over(tmp_path: Path, shop: Shop) -> None:
    """Extracted at noon of the day itself: what is not there may have been issued since."""
    shop.publish(segment("2026-11-24", ()), segment("2026-11-23", ()))
    store = store_at(tmp_path / "packs")
    await store.take(shop.source)
    desk = Desk(store)
    desk.clock.move(86_400)
    unknown = unknown_invoice(TODAY)
    same_day = await desk.ask((replace(unknown, issued_on=TODAY), State.NORMAL))
    before = await desk.ask((replace(unknown, issued_on=TODAY - timedelta(1)), State.NORMAL))
    assert same_day.verdict is Verdict.UNAVAILABLE
    assert before.verdict is Verdict.NOT_FOUND


async def test_an_invoice_from_before_all_packs_is_not_called_new(desk: Desk) -> None:
    policy_free = Desk(desk.store, Policy(years=None))
    old = replace(KNOWN["old"][0], issued_on=date(2019, 1, 1))
    outcome = await policy_free.ask((old, State.NORMAL))
    assert outcome.verdict is Verdict.UNAVAILABLE
    assert AdviceCode.NEWER_THAN_PACK not in outcome.advice


async def test_a_missing_overlay_makes_normal_outdated(tmp_path: Path, shop: Shop) -> None:
    later = NOW + timedelta(hours=1)
    change = overlay("ovr-2026-11-24", [], later, NOW)
    shop.publish(segment("2026-10", [KNOWN["normal"]]), change)
    store = store_at(tmp_path / "packs")
    await store.take(shop.source)
    await asyncio.to_thread((tmp_path / "packs/files" / change.file.name).unlink)
    damaged = store_at(tmp_path / "packs")
    await damaged.open()
    for each, outdated in ((store, False), (damaged, True)):
        desk = Desk(each)
        desk.clock.move(7200)
        assert (await desk.ask(KNOWN["normal"])).outdated is outdated


async def test_packs_without_labels_only_confirm(tmp_path: Path, shop: Shop) -> None:
    shop.publish(segment("2026-10", [KNOWN["normal"]], label=0))
    store = store_at(tmp_path / "packs")
    await store.take(shop.source)
    desk = Desk(store)
    assert (await desk.ask(KNOWN["normal"])).verdict is Verdict.MATCH
    unknown = replace(unknown_invoice(TODAY), issued_on=KNOWN["normal"][0].issued_on)
    assert (await desk.ask((unknown, State.NORMAL))).verdict is Verdict.MISMATCH


async def test_what_the_kiosk_has_kept_counts_too(desk: Desk) -> None:
    desk.book.times = 5
    outcome = await desk.ask(KNOWN["normal"])
    assert (outcome.verdict, outcome.source) == (Verdict.DAILY_LIMIT, None)
    desk.book.times = 4
    assert (await desk.ask(KNOWN["normal"])).verdict is Verdict.MATCH


async def test_a_new_day_counts_anew(desk: Desk) -> None:
    for _ in range(5):
        await desk.ask(KNOWN["normal"])
    assert (await desk.ask(KNOWN["normal"])).verdict is Verdict.DAILY_LIMIT
    desk.clock.move(86_400)
    assert (await desk.ask(KNOWN["normal"])).verdict is Verdict.MATCH


@pytest.mark.parametrize(("trusted", "code"), [(False, "pack.no_key"), (True, "pack.none")])
async def test_without_keys_or_packs_there_is_no_verdict(
    tmp_path: Path, trusted: bool, code: str
) -> None:
    store = store_at(tmp_path / "packs") if trusted else store_at(tmp_path / "packs", None)
    with pytest.raises(VerifierError) as caught:
        await Desk(store).ask(KNOWN["normal"])
    assert (caught.value.code, caught.value.passing) == (code, False)


async def test_answers_are_remembered_for_a_while_only(desk: Desk) -> None:
    for _ in range(REMEMBERED + 5):
        desk.clock.move(3)
        await desk.ask(unknown_claim())
    assert len(desk.verifier._answers) == REMEMBERED


def unknown_claim() -> Claim:
    return from_face(unknown_invoice(TODAY))
