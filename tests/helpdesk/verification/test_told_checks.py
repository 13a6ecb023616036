"""A check that was told in a journal, asked about again by its op_id."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from hypothesis import given

from helpdesk.db import Database
from helpdesk.security import KeyRing
from helpdesk.verification import sealed_form
from helpdesk.verification.adoption import CheckAdoption, ToldCheck
from helpdesk.verification.service import IdempotencyError
from helpdesk.wire.check_entry import check_of, payload_of
from helpdesk.wire.verification import claim_of, request_of
from invoices.check import Check
from invoices.claim import Claim, from_face
from invoices.face import Face
from invoices.outcome import Outcome
from invoices.rules import Policy
from invoices.verdict import State, Verdict
from tests.helpdesk.verification.room import NOON, TODAY, ZONE, HandClock, Worker, worker
from tests.invoices.strategies import faces
from tests.verifier_contract import known_invoices

INVOICES = {name: from_face(face) for name, (face, _) in known_invoices(TODAY).items()}
UNASKED = Outcome(Verdict.UNAVAILABLE, None, None, None, (), (), None)


class Told:
    """A worker at whose desk a kiosk asks, and what kiosks have told it."""

    def __init__(self, desk: Worker, adoption: CheckAdoption) -> None:
        self.desk = desk
        self._adoption = adoption

    async def tell(self, op_id: str, claim: Claim | None) -> None:
        check = ToldCheck(op_id, claim, Verdict.UNAVAILABLE, "A03-261124-0001", NOON)
        async with self.desk.database.transaction() as tx:
            await self._adoption.adopt(tx, [check])


@pytest_asyncio.fixture
async def told(stocked: Database, ring: KeyRing) -> AsyncIterator[Told]:
    async with worker(stocked, ring) as desk:
        adoption = CheckAdoption(stocked, ring, Policy(), HandClock(), ZONE, "kiosk")
        yield Told(desk, adoption)


@pytest.mark.parametrize("name", ["normal", "paper", "checked"])
async def test_a_kiosk_hears_of_what_it_told_by_asking_the_same(told: Told, name: str) -> None:
    one = told.desk.ids()
    await told.tell(one, INVOICES[name])

    recorded = await told.desk.ask(INVOICES[name], op_id=one, channel="kiosk")

    assert (recorded.outcome.verdict, recorded.outcome.state) == (Verdict.MATCH, State.NORMAL)
    assert recorded.repeated


CHANGES: dict[str, Callable[[Claim], Claim | None]] = {
    "number": lambda claim: replace(claim, number=INVOICES["voided"].number),
    "code": lambda claim: replace(claim, code="011002600104"),
    "day": lambda claim: replace(claim, issued_on=(claim.issued_on or TODAY) - timedelta(1)),
    "amount": lambda claim: replace(claim, amount=(claim.amount or 0) + 1),
    "no amount": lambda claim: replace(claim, amount=None),
    "check code": lambda claim: replace(claim, check_code="000000"),
    "seller": lambda claim: replace(claim, seller_tax_id="91110000DEM00001XX"),
    "kinds": lambda claim: replace(claim, kinds=claim.kinds[:1]),
    "unread": lambda _: None,
}


@pytest.mark.parametrize("change", list(CHANGES))
async def test_nothing_else_is_answered_by_a_told_id(told: Told, change: str) -> None:
    one, claim = told.desk.ids(), INVOICES["normal"]
    await told.tell(one, claim)

    with pytest.raises(IdempotencyError):
        await told.desk.ask(CHANGES[change](claim), op_id=one, channel="kiosk")


async def test_what_was_answered_stays_the_claim_whatever_is_told_of_it(told: Told) -> None:
    one = told.desk.ids()
    await told.desk.ask(INVOICES["normal"], op_id=one, channel="kiosk")
    await told.tell(one, INVOICES["voided"])

    again = await told.desk.ask(INVOICES["normal"], op_id=one, channel="kiosk")

    assert (again.outcome.verdict, again.outcome.state) == (Verdict.MATCH, State.NORMAL)
    with pytest.raises(IdempotencyError):
        await told.desk.ask(INVOICES["voided"], op_id=one, channel="kiosk")


@given(faces())
def test_a_claim_says_the_same_in_a_journal_and_in_a_request(face: Face) -> None:
    claim = from_face(face)
    op_id = "019ab000-0000-7000-8000-000000000001"
    check = Check(op_id, "A03-261124-0001", "A" * 20, claim, UNASKED, NOON)

    in_journal = check_of(payload_of(check), op_id, NOON).claim
    asked = claim_of(request_of(claim))

    assert sealed_form.same_claim(sealed_form.claimed(in_journal), sealed_form.claimed(asked))
