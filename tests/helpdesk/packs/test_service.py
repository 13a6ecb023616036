"""From the registry to what a kiosk can know: builds over time."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from helpdesk.packs.errors import PacksError
from helpdesk.packs.shelf import building
from invoices.pack import Finding
from invoices.verdict import State
from tests.helpdesk.packs.house import House, entry

OLD = date(2026, 9, 7)
RECENT = date(2026, 11, 20)


async def packs_of(house: House) -> list[str]:
    return [piece.pack for piece in (await house.published()).pieces]


async def test_an_empty_registry_publishes_nothing(house: House) -> None:
    assert (await house.build()).version == 0
    assert await asyncio.to_thread(house.service.shelf.manifest) is None


async def test_months_and_days_hold_what_the_registry_holds(any_house: House) -> None:
    house = any_house
    old, recent = entry(1, OLD), entry(2, RECENT, State.VOIDED)
    await house.take(old, recent)
    report = await house.build()
    assert (report.invoices, report.unreadable) == (2, 0)
    held = await packs_of(house)
    assert held[0] == "2026-09"
    assert held[1] == "2026-10"
    # Days that are over have a segment also when nothing was issued; today has none.
    assert held[2:] == [f"2026-11-{day:02d}" for day in range(1, 24)]
    assert (await house.ask(old)).state is State.NORMAL
    assert (await house.ask(recent)).state is State.VOIDED
    assert (await house.ask(entry(3, OLD))).finding is Finding.NOT_FOUND
    assert (await house.ask(entry(3, date(2026, 11, 24)))).finding is Finding.NOT_COVERED


async def test_a_void_reaches_kiosks_as_an_override_and_nothing_else_is_shipped(
    any_house: House,
) -> None:
    house = any_house
    old, other = entry(1, OLD), entry(2, OLD)
    await house.take(old, other)
    await house.build()
    await house.take(entry(1, OLD, State.VOIDED))
    report = await house.build()
    assert report.built == 1
    assert "ovr-2026-11-24" in await packs_of(house)
    assert (await house.ask(old)).state is State.VOIDED
    assert (await house.ask(other)).state is State.NORMAL


async def test_without_changes_the_overlay_says_how_fresh_the_states_are(house: House) -> None:
    old = entry(1, OLD)
    await house.take(old)
    await house.build()
    house.clock.move(hours=5)
    assert (await house.build()).built == 1
    answer = await house.ask(old)
    assert answer.as_of == house.clock.now()


async def test_red_letters_of_several_days_are_all_there_and_folded_after_the_month(
    house: House,
) -> None:
    old = entry(1, OLD)
    await house.take(old, entry(2, OLD), entry(3, RECENT))
    await house.build()
    house.clock.move(days=1)
    await house.take(entry(1, OLD, State.RED_PARTIAL), entry(3, RECENT, State.RED))
    await house.build()
    house.clock.move(days=1)
    await house.take(entry(1, OLD, State.RED_FULL))
    await house.build()
    overlays = [name for name in await packs_of(house) if name.startswith("ovr")]
    assert overlays == ["ovr-2026-11-25", "ovr-2026-11-26"]
    assert (await house.ask(old)).state is State.RED_FULL
    assert (await house.ask(entry(3, RECENT))).state is State.RED
    house.clock.move(days=10)
    await house.build()
    held = await packs_of(house)
    assert [name for name in held if name.startswith("ovr")] == ["ovr-2026-12-06"]
    assert "2026-11" in held
    assert not [name for name in held if name.startswith("2026-11-")]
    assert (await house.ask(old)).state is State.RED_FULL
    assert (await house.ask(entry(3, RECENT))).state is State.RED
    assert (await house.ask(old)).as_of == house.clock.now()


async def test_an_invoice_that_came_in_late_is_found(house: House) -> None:
    await house.take(entry(1, OLD), entry(2, RECENT))
    await house.build()
    late = entry(9, OLD), entry(8, RECENT)
    await house.take(*late)
    report = await house.build()
    assert report.built == 3  # the month, the day, the overlay
    for each in late:
        assert (await house.ask(each)).finding is Finding.MATCH


async def test_a_day_is_extracted_once_more_when_it_is_over(house: House) -> None:
    await house.take(entry(1, date(2026, 11, 24)))
    await house.build()
    house.clock.move(hours=2)
    await house.build()
    assert await packs_of(house) == ["2026-11-24", "ovr-2026-11-24"]
    house.clock.move(hours=24)
    await house.build()
    # As fresh as an overlay would be.
    assert await packs_of(house) == ["2026-11-24"]
    house.clock.move(minutes=5)
    await house.build()
    assert await packs_of(house) == ["2026-11-24", "ovr-2026-11-25"]


async def test_versions_only_go_up_also_without_the_index(house: House) -> None:
    await house.take(entry(1, OLD))
    versions = [(await house.build()).version, (await house.build()).version]
    await asyncio.to_thread((house.service.shelf.folder / "index.json").unlink)
    house.clock.move(seconds=5)
    versions.append((await house.build()).version)
    assert versions == sorted(set(versions))


async def test_a_change_within_the_same_second_is_not_lost(house: House) -> None:
    await house.take(entry(1, OLD))
    await house.build()
    await house.take(entry(1, OLD, State.VOIDED))
    await house.build()
    await house.take(entry(2, OLD))
    await house.build()
    assert (await house.ask(entry(1, OLD))).state is State.VOIDED


async def test_files_that_no_longer_count_go_after_two_days(house: House) -> None:
    await house.take(entry(1, OLD))
    await house.build()
    first = {file.name for file in (await house.manifest()).files}
    house.clock.move(hours=1)
    await house.take(entry(2, OLD))
    await house.build()
    gone = first - {file.name for file in (await house.manifest()).files}
    public = house.service.shelf.public
    assert gone
    assert all((public / name).exists() for name in gone)
    house.clock.move(hours=49)
    await house.build()
    assert not any((public / name).exists() for name in gone)


async def test_other_dials_make_all_anew(house: House) -> None:
    await house.take(entry(1, OLD))
    await house.build()
    other = house.with_dials(body=16, epoch=2)
    await other.build()
    assert (await other.ask(entry(1, OLD))).finding is Finding.MATCH
    assert {file.epoch for file in (await other.manifest()).files} == {2}


async def test_packs_with_a_hash_that_confirmed_guesses_are_built_anew(house: House) -> None:
    """Those of a version whose extract hash had no key: the dials of the index said less."""
    await house.take(entry(1, RECENT))
    built = (await house.build()).built
    index = house.service.shelf.folder / "index.json"
    text = await asyncio.to_thread(index.read_text)
    older = text.replace("/pack-extract/", "/")
    assert older != text
    await asyncio.to_thread(index.write_text, older)
    assert (await house.build()).built == built
    assert (await house.build()).built == 1  # the overlay


async def test_regions_have_keys_of_their_own(house: House) -> None:
    two = house.with_dials(regions="north:11; south:44")
    north, south, nobody = entry(1, OLD), entry(1, OLD, region="44"), entry(1, OLD, region="31")
    await two.take(north, south, nobody)
    await two.build()
    assert {file.region for file in (await two.manifest()).files} == {"north", "south"}
    assert (await two.ask(north)).finding is Finding.MATCH
    assert (await two.ask(south)).finding is Finding.MATCH
    assert (await two.ask(nobody)).finding is Finding.NOT_FOUND
    one, other = two.service.keys.all()
    assert one.secret != other.secret


async def test_a_row_that_cannot_be_opened_is_left_out_and_counted(any_house: House) -> None:
    house = any_house
    await house.take(entry(1, OLD), entry(2, OLD))
    async with house.database.transaction() as tx:
        await tx.execute(
            "UPDATE registry_invoice SET state = 'voided' WHERE identity ="
            " (SELECT MIN(identity) FROM registry_invoice)"
        )
    report = await house.build()
    assert (report.invoices, report.unreadable) == (1, 1)


async def test_two_builds_at_once_follow_each_other(house: House) -> None:
    await house.take(entry(1, OLD))
    reports = await asyncio.gather(house.build(), house.build())
    assert {report.version for report in reports} == {
        (await house.manifest()).version,
        (await house.manifest()).version - 1,
    }


async def test_a_build_that_is_cancelled_leaves_what_counted(house: House) -> None:
    await house.take(entry(1, OLD))
    await house.build()
    before = await house.manifest()
    await house.take(entry(2, OLD))
    building_now = asyncio.create_task(house.build())
    async with asyncio.timeout(30):
        while not await asyncio.to_thread(lambda: list(house.service.shelf.work.iterdir())):
            await asyncio.sleep(0.01)
            if building_now.done():
                break
    building_now.cancel()
    await asyncio.gather(building_now, return_exceptions=True)
    held = await house.manifest()
    assert held.version >= before.version
    await house.build()
    assert (await house.ask(entry(2, OLD))).finding is Finding.MATCH


async def test_a_broken_index_is_named(house: House) -> None:
    await house.take(entry(1, OLD))
    await house.build()
    path = house.service.shelf.folder / "index.json"
    await asyncio.to_thread(path.write_bytes, b"{")
    with pytest.raises(PacksError, match=r"packs\.index"):
        await house.build()


async def test_a_folder_that_cannot_be_is_named(house: House) -> None:
    await asyncio.to_thread((house.folder / "file").write_bytes, b"")
    other = house.with_dials(folder="file/inside")
    with pytest.raises(PacksError, match=r"packs\.folder"):
        async with building(other.service.shelf):
            pass
