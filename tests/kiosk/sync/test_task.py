"""The task: it rests as it should, wakes when it must, and no fault ends it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from invoices.verdict import Verdict
from kiosk.link import Link
from kiosk.sync.task import CALM
from tests.kiosk.stand_ins import bare, new_check, op
from tests.kiosk.sync.room import Kiosk, kiosk_of


async def test_it_rests_longer_after_each_fault_and_never_longer_than_a_minute(
    tmp_path: Path,
) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        kiosk.centre.faults = ["lost"] * 99
        await kiosk.run(rests=9)
        assert kiosk.pause.rests == [0.75, 1.5, 3.0, 6.0, 12.0, 24.0, 45.0, 0.75, 1.5]
        assert kiosk.centre.reconnected == 1, "after a minute without progress"
        assert kiosk.link.state is Link.OFFLINE


async def test_all_is_well_again_soon_after_the_link_is_back(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        for at in range(30):
            await kiosk.database.checks.add(new_check(f"op-{at}", bare(Verdict.UNAVAILABLE)))
        kiosk.centre.faults = ["lost", "unanswered", "busy"] * 40
        await kiosk.run(rests=60)
        healed = kiosk.clock.monotonic()
        kiosk.centre.faults = []
        await kiosk.run(rests=1)
        while (await kiosk.sync.report()).waiting:
            await kiosk.run(rests=1)
        assert kiosk.clock.monotonic() - healed <= 120
        assert len(kiosk.ledger.applied) == 30
        assert await kiosk.database.checks.kept() == []


async def test_calm_rounds_are_half_a_minute_apart_unless_woken(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await kiosk.run(rests=2)
        kiosk.sync.wake()
        await kiosk.run(rests=1)
        assert kiosk.pause.rests == [CALM * 0.75, CALM * 0.75, 0.0]


async def test_a_fault_of_our_own_is_told_and_not_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await kiosk.database.checks.add(new_check("a"))

        async def broken(*, asking: bool = False) -> None:
            raise ZeroDivisionError

        with monkeypatch.context() as patched:
            patched.setattr(kiosk.push, "turn", broken)
            assert not await kiosk.sync.round()
            assert (await kiosk.sync.report()).failure == "sync.fault"
            assert kiosk.link.state is Link.DEGRADED
        assert await kiosk.sync.round()
        assert len(kiosk.ledger.applied) == 1


async def test_a_disk_that_fails_while_the_key_falls_back_does_not_end_the_task(
    tmp_path: Path,
) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        kiosk.centre.keys = {}
        async with kiosk.database.connection.transaction() as tx:
            await tx.execute(
                "CREATE TRIGGER full BEFORE UPDATE ON identity"
                " BEGIN SELECT RAISE(ABORT, 'disk'); END"
            )
        form = kiosk.identities.needed
        kiosk.identities._form = form.model_copy(update={"previous": form.key})
        await kiosk.run(rests=3)
        assert len(kiosk.pause.rests) == 3
        assert (await kiosk.sync.report()).failure == "signature.key"


async def test_nothing_is_asked_about_that_was_not_told(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await kiosk.database.checks.add(new_check("a", bare(Verdict.UNAVAILABLE)))
        kiosk.centre.refusal = (422, "journal.kind")
        await kiosk.sync.round()
        assert kiosk.centre.counted == set()
        kiosk.centre.refusal = None
        await kiosk.sync.round()
        assert kiosk.centre.counted == {op("a")}


async def test_a_kiosk_that_is_nobody_yet_asks_for_what_waits_and_sends_nothing(
    tmp_path: Path,
) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.database.checks.add(new_check("a", bare(Verdict.UNAVAILABLE)))
        assert await kiosk.sync.round()
        assert {line.split()[1] for line in kiosk.centre.asked} == {"/api/v1/verifications"}
        report = await kiosk.sync.report()
        assert (report.kiosk, report.waiting, report.head) == (None, 1, 1)


async def test_the_report_tells_how_old_what_waits_is(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        written = kiosk.clock.now()
        await kiosk.database.checks.add(new_check("a"))
        kiosk.clock.move(3600)
        kiosk.centre.faults = ["lost"] * 2
        await kiosk.sync.round()
        report = await kiosk.sync.report()
        assert report.oldest == written.replace(microsecond=0)
        assert (report.failure, report.contact_at) == ("server.timeout", None)
        kiosk.centre.faults = []
        await kiosk.sync.round()
        form = (await kiosk.sync.report()).form()
    assert (form["waiting"], form["oldest"], form["failure"]) == (0, None, None)
    assert datetime.fromisoformat(form["contact_at"]).tzinfo == UTC


async def rounds(kiosk: Kiosk, count: int) -> list[bool]:
    return [await kiosk.sync.round() for _ in range(count)]


async def test_a_check_the_server_cannot_answer_slows_nothing_down(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await kiosk.database.checks.add(new_check("a", bare(Verdict.UNAVAILABLE)))
        kiosk.centre.outcome = bare(Verdict.UNAVAILABLE)
        assert await rounds(kiosk, 3) == [True] * 3
        asked = [line for line in kiosk.centre.asked if line.endswith("/verifications")]
        assert len(asked) == 1, "it is not asked about again in the same minute"
        kiosk.clock.move(61)
        await rounds(kiosk, 1)
        assert len([line for line in kiosk.centre.asked if line.endswith("/verifications")]) == 2


async def test_a_busy_server_is_left_alone_for_as_long_as_it_asked(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        kiosk.centre.faults = ["busy"]
        await kiosk.run(rests=1)
        assert kiosk.pause.rests == [7.0]
