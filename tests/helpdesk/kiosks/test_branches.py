from __future__ import annotations

import pytest

from helpdesk.kiosks import branches
from helpdesk.kiosks.errors import KiosksError
from helpdesk.wire.standing import Standing
from tests.helpdesk.kiosks.room import Centre, KioskSide

KEPT = (
    "SELECT b.number, COUNT(*) FROM kiosks_entry e JOIN kiosks_branch b ON b.id = e.branch"
    " GROUP BY b.number ORDER BY b.number"
)


async def two_disks(centre: Centre, shared: int = 3) -> tuple[KioskSide, KioskSide]:
    """A kiosk and the clone of its disk, taken after `shared` entries were pushed."""
    kiosk = await centre.kiosk()
    for _ in range(shared):
        kiosk.check()
    await centre.push(kiosk)
    clone = kiosk.clone()
    for _ in range(4):
        kiosk.check()
        clone.check()
    return kiosk, clone


async def test_a_cloned_disk_is_quarantined_and_both_branches_are_kept(centre: Centre) -> None:
    kiosk, clone = await two_disks(centre)
    await centre.push(kiosk)
    answer = await centre.push(clone)
    assert answer.standing is Standing.QUARANTINED
    assert (answer.mark, answer.head) == (7, clone.heads[7].hash)
    assert {(v.outcome, v.reason) for v in answer.verdicts} == {("refused", "journal.fork")}
    for each in (kiosk, clone):
        each.check()
        answer = await centre.push(each)
        assert (answer.mark, answer.standing) == (8, Standing.QUARANTINED)
    assert kiosk.verdicts[8] == ("refused", "kiosk.quarantined")
    assert clone.verdicts[8] == ("refused", "journal.fork")
    assert await centre.rows(KEPT) == [(0, 8), (1, 5)]
    assert await centre.counted() == 7, "what was applied before the fork stays applied"
    codes = {matter.code: matter for matter in await centre.bureau.inbox.matters()}
    assert codes.keys() == {"journal.fork", "kiosk.quarantined"}
    fork = codes["journal.fork"]
    assert (fork.first_seq, fork.last_seq, fork.entries) == (3, 8, 5)


async def test_the_clone_that_comes_first_is_no_better_believed(centre: Centre) -> None:
    kiosk, clone = await two_disks(centre)
    await centre.push(clone)
    await centre.push(kiosk)
    kiosk.check()
    clone.check()
    await centre.push(clone)
    await centre.push(kiosk)
    assert clone.verdicts[8][0] == kiosk.verdicts[8][0] == "refused"
    assert await centre.rows(KEPT) == [(0, 8), (1, 5)]


async def test_a_third_disk_has_a_branch_of_its_own(centre: Centre) -> None:
    kiosk, clone = await two_disks(centre)
    await centre.push(kiosk)
    await centre.push(clone)
    third = clone.clone()
    third.check()
    clone.check()
    await centre.push(clone)
    await centre.push(third)
    assert await centre.rows(KEPT) == [(0, 7), (1, 5), (2, 1)]
    assert third.acknowledged == 8
    third.acknowledged = 0
    await centre.push(third, after=0)
    assert (third.acknowledged, third.verdicts[2]) == (8, ("applied", None))


async def test_a_fork_before_the_batch_is_traced_back(centre: Centre) -> None:
    kiosk, clone = await two_disks(centre)
    await centre.push(kiosk)
    answer = await centre.take(clone, clone.batch(after=6))
    assert (answer.mark, answer.standing) == (0, Standing.QUARANTINED)
    (matter,) = await centre.bureau.inbox.matters()
    assert (matter.code, matter.entries) == ("journal.fork", 0)
    clone.hear(answer)
    await centre.push(clone)
    assert clone.acknowledged == 7
    assert await centre.rows(KEPT) == [(0, 7), (1, 4)]


async def test_a_fork_at_the_very_first_entry(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    clone = kiosk.clone()
    kiosk.check()
    clone.check()
    await centre.push(kiosk)
    assert (await centre.push(clone)).standing is Standing.QUARANTINED
    assert await centre.rows(KEPT) == [(0, 1), (1, 1)]


async def test_repeats_on_each_branch_change_nothing(centre: Centre) -> None:
    kiosk, clone = await two_disks(centre)
    for each in (kiosk, clone, kiosk, clone):
        each.acknowledged = 0
        await centre.push(each)
        assert each.acknowledged == 7
    assert await centre.rows(KEPT) == [(0, 7), (1, 4)]
    assert await centre.counted() == 7


async def test_what_branches_share_is_answered_for_either(centre: Centre) -> None:
    kiosk, clone = await two_disks(centre)
    await centre.push(kiosk)
    await centre.push(clone)
    answer = await centre.take(clone, clone.batch(after=1, to=3))
    assert (answer.mark, answer.head) == (3, clone.heads[3].hash)
    assert [(v.seq, v.outcome) for v in answer.verdicts] == [(2, "applied"), (3, "applied")]


async def test_a_journal_has_so_many_branches_and_no_more(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(branches, "MOST", 3)
    kiosk, clone = await two_disks(centre)
    third, fourth = clone.clone(), clone.clone()
    for each in (kiosk, clone):
        await centre.push(each)
    third.check()
    fourth.check()
    clone.check()
    for each in (clone, third):
        await centre.push(each)
    for _ in range(2):
        with pytest.raises(KiosksError, match=r"journal\.forks"):
            await centre.push(fourth)
    assert await centre.rows(KEPT) == [(0, 7), (1, 5), (2, 1)], "what it has stays with it"
    told = [matter for matter in await centre.bureau.inbox.matters() if matter.entries == 0]
    assert [(matter.code, matter.kiosk) for matter in told] == [("journal.forks", kiosk.kiosk)]
    third.check()
    assert (await centre.push(third)).mark == 9, "branches that are known go on"
