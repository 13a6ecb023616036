"""What the screens get of the use cases."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from invoices.check import Check
from invoices.verdict import Verdict
from kiosk.bootstrap.screens import REMEMBERED, CheckDesk, HealthDesk, RecordDesk, SlipDesk
from kiosk.link import Link
from kiosk.records import Records
from kiosk.status import StatusBoard, Surroundings
from kiosk.verification import Verification, VerifierError
from printers.ledger import JobState
from tests.kiosk.present_states import NOBODY_TELLS
from tests.kiosk.stand_ins import CountedIds, HandClock, bare, claim, new_check, opened
from tui.kiosk.ports import Entry, Health, Refused, SlipShown, SlipState, Summary
from tui.kiosk.ports import Link as ShownLink


class NobodyThere:
    async def verify(self, op_id: str, asked: object, deadline: float) -> object:
        raise VerifierError("verifier.refused", passing=False)


async def test_a_check_is_shown_when_kept_and_refused_when_not(tmp_path: Path) -> None:
    clock = HandClock()
    told: list[Check] = []
    async with opened(tmp_path) as database:
        use_case = Verification(
            NobodyThere(),  # type: ignore[arg-type] # answers nothing at all
            database.checks,
            clock,
            CountedIds(),
            clock.sleep,
        )
        desk = CheckDesk(use_case, told.append)
        check = await desk.check(claim(), Entry.TYPED)
        assert isinstance(check, Check)
        assert check.outcome.verdict is Verdict.UNAVAILABLE
        assert told == [check]
    refused = await desk.check(claim(), Entry.SCAN)
    assert refused == Refused("store.not_saved", {"reason": "store.closed"})
    assert told == [check]


async def test_a_record_without_its_token_is_a_summary(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        check = await database.checks.add(new_check("op-1", bare(Verdict.NOT_FOUND)))
        desk = RecordDesk(Records(database.checks), NOBODY_TELLS)
        assert await desk.find(check.record, check.token) == check
        summary = Summary(check.record, check.at, check.outcome.told)
        assert await desk.find(check.record, None) == summary
        assert await desk.find("A03-261124-0999", None) is None
    assert await desk.find(check.record, check.token) is None


def test_health_is_told_once_a_change_until_nobody_listens() -> None:
    board = StatusBoard(Surroundings(printer="none"))
    desk = HealthDesk(board)
    heard: list[Health] = []
    stop = desk.watch(heard.append)
    since = HandClock().now()
    board.link(Link.ONLINE, since)
    board.link(Link.ONLINE, since)
    board.scanner("ready")
    assert heard == [
        Health(ShownLink.ONLINE, since, "none", "unknown"),
        Health(ShownLink.ONLINE, since, "none", "ready"),
    ]
    assert desk.health() == heard[-1]
    stop()
    stop()
    board.printer("offline")
    assert len(heard) == 2
    assert desk.health().printer == "offline"


@pytest.mark.parametrize(
    ("state", "reason", "shown"),
    [
        (JobState.QUEUED, "", SlipShown(SlipState.QUEUED)),
        (JobState.QUEUED, "paper_out", SlipShown(SlipState.WAITING, "paper_out")),
        (JobState.SENDING, "", SlipShown(SlipState.PRINTING)),
        (JobState.SENT, "", SlipShown(SlipState.PRINTED)),
        (JobState.CONFIRMED, "", SlipShown(SlipState.PRINTED)),
        (JobState.DOUBTFUL, "silent", SlipShown(SlipState.DOUBTFUL, "silent")),
        (JobState.FAILED, "expired", SlipShown(SlipState.FAILED, "expired")),
    ],
)
def test_each_state_of_a_slip_is_shown(state: JobState, reason: str, shown: SlipShown) -> None:
    desk = SlipDesk()
    heard: list[SlipShown] = []
    desk.watch("A03-261124-0001", heard.append)
    desk.watch("A03-261124-0002", heard.append)
    for job in ("A03-261124-0001", "A03-261124-0001.0", "A03-261124-0001.r1"):
        desk.heard(job, state, reason)
    assert heard == [shown]
    assert desk.state("A03-261124-0001") == shown
    assert desk.state("A03-261124-0002") is None


def test_what_is_known_of_slips_does_not_grow_for_ever() -> None:
    desk = SlipDesk()
    for number in range(REMEMBERED + 2):
        desk.heard(f"A03-261124-{number:04d}", JobState.CONFIRMED, "")
        desk.heard("A03-261124-0001", JobState.SENDING, "")
    assert desk.state("A03-261124-0000") is None
    assert desk.state("A03-261124-0001") == SlipShown(SlipState.PRINTING), "it has news"
    assert desk.state(f"A03-261124-{REMEMBERED + 1:04d}") == SlipShown(SlipState.PRINTED)


async def test_a_visitor_who_waits_no_longer_leaves_nothing_half_done(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        clock = HandClock()

        class Slow:
            async def verify(self, op_id: str, asked: object, deadline: float) -> object:
                return await asyncio.Event().wait()

        use_case = Verification(
            Slow(),  # type: ignore[arg-type] # answers nothing at all
            database.checks,
            clock,
            CountedIds(),
            clock.sleep,
        )
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(CheckDesk(use_case, print).check(claim(), Entry.SCAN), 0.02)
        assert (await database.checks.tally(clock.today())).today == 0
        assert (await database.checks.add(new_check("op-1"))).record[-4:] == "0001"
