"""What is said of an earlier check's invoice now: by whom, and when nothing is said at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from invoices.check import Check
from invoices.told import Told
from invoices.verdict import Source, State, Verdict
from kiosk.present_state import PresentState
from tests.kiosk.present_states import ScriptedStatus
from tests.kiosk.stand_ins import NOW, bare, claim, matched, op

CHECK = Check(op("one"), "A03-261124-0001", "A" * 20, claim(), matched(), NOW)
LATER, EARLIER = NOW + timedelta(hours=1), NOW - timedelta(hours=1)
VOIDED = Told(Verdict.MATCH, State.VOIDED, Source.REGISTRY, LATER)


def by_pack(state: State, as_of: object = LATER) -> Told:
    assert as_of in {LATER, EARLIER}
    return Told(Verdict.MATCH, state, Source.PACK, LATER if as_of is LATER else EARLIER)


async def test_the_server_is_asked_first_and_by_the_check_it_knows() -> None:
    server, packs = ScriptedStatus(VOIDED), ScriptedStatus(by_pack(State.NORMAL))
    assert await PresentState(server, packs, lambda: True).of(CHECK) == VOIDED
    assert (server.asked, packs.asked) == ([CHECK.op_id], [])


@pytest.mark.parametrize("reachable", [True, False])
async def test_without_the_server_newer_data_of_this_machine_answer(reachable: bool) -> None:
    packs = ScriptedStatus(by_pack(State.NORMAL))
    present = PresentState(ScriptedStatus(), packs, lambda: reachable)
    assert await present.of(CHECK) == packs.told


async def test_older_data_do_not_say_what_is_now() -> None:
    packs = ScriptedStatus(by_pack(State.NORMAL, EARLIER))
    assert await PresentState(ScriptedStatus(), packs, lambda: False).of(CHECK) is None


async def test_a_state_that_only_goes_forward_is_told_from_older_data_too() -> None:
    packs = ScriptedStatus(by_pack(State.VOIDED, EARLIER))
    present = PresentState(ScriptedStatus(), packs, lambda: False)
    assert await present.of(CHECK) == packs.told


@pytest.mark.parametrize("verdict", [Verdict.TOO_OLD, Verdict.UNAVAILABLE, Verdict.DAILY_LIMIT])
async def test_what_was_never_compared_is_not_asked_about(verdict: Verdict) -> None:
    server = ScriptedStatus(VOIDED)
    check = replace(CHECK, outcome=bare(verdict))
    assert await PresentState(server, server, lambda: True).of(check) is None
    assert await PresentState(server, server, lambda: True).of(replace(CHECK, claim=None)) is None
    assert server.asked == []


async def test_an_answer_without_a_verdict_is_none() -> None:
    server = ScriptedStatus(Told(Verdict.UNAVAILABLE))
    assert await PresentState(server, ScriptedStatus(), lambda: True).of(CHECK) is None
