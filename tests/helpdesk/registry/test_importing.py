from __future__ import annotations

import asyncio
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from helpdesk.registry import importing
from helpdesk.registry.columns import Entry
from helpdesk.registry.csv_table import CsvTable
from helpdesk.registry.errors import RegistryError, TableError
from helpdesk.registry.importing import Progress, Summary
from helpdesk.registry.totals import Sums
from helpdesk.security import SealError
from invoices.codes import region_of
from invoices.verdict import State
from tests.helpdesk.registry.room import Registry, file_of

DIGEST = re.compile(r"[0-9a-f]{32,}")


def expected_totals(entries: Sequence[Entry]) -> dict[tuple[str, ...], Sums]:
    cells: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for face, state in ((entry.face, entry.state) for entry in entries):
        region = region_of(face.code, face.number) or "0000"
        cell = cells[face.issued_on.isoformat(), region, face.kind.value, state.value]
        for place, amount in enumerate((1, face.net, face.tax, face.total)):
            cell[place] += amount
    return {key: Sums(*sums) for key, sums in cells.items()}


async def totals(registry: Registry) -> dict[tuple[str, ...], Sums]:
    told = await registry.totals.between("0001-01-01", "9999-12-31")
    return {(t.day, t.region, t.kind, t.state): t.sums for t in told}


def later(entry: Entry, state: State) -> Entry:
    return replace(entry, state=state)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
async def test_an_import_keeps_every_entry_and_its_totals(
    registry: Registry, entries: list[Entry], tmp_path: Path, suffix: str
) -> None:
    told = await registry.take(await file_of(tmp_path / f"a.{suffix}", entries))

    assert told.summary == Summary(read=300, added=300)
    assert [await registry.find(entry) for entry in entries] == entries
    assert await totals(registry) == expected_totals(entries)


async def test_importing_twice_changes_nothing(
    registry: Registry, entries: list[Entry], tmp_path: Path
) -> None:
    path = await file_of(tmp_path / "a.csv", entries)
    await registry.take(path)
    rows = "SELECT identity, state, version, sealed FROM registry_invoice ORDER BY identity"
    before = await registry.database.read(rows)

    told = await registry.take(path)

    assert told.summary == Summary(read=300, same=300)
    assert await registry.database.read(rows) == before
    assert await totals(registry) == expected_totals(entries)


async def test_states_move_forward_only(
    registry: Registry, entries: list[Entry], tmp_path: Path
) -> None:
    normal = [entry for entry in entries if entry.state is State.NORMAL][:3]
    await registry.take(await file_of(tmp_path / "a.csv", normal))
    moved = [
        later(normal[0], State.VOIDED),
        later(normal[1], State.RED_PARTIAL),
        later(normal[2], State.RED),
    ]

    told = await registry.take(await file_of(tmp_path / "b.csv", moved))
    back = await registry.take(await file_of(tmp_path / "c.csv", normal))

    assert told.summary == Summary(read=3, changed=3)
    assert back.refusals == [(line, "invoice.state_back") for line in (2, 3, 4)]
    assert [await registry.find(entry) for entry in normal] == moved
    assert await totals(registry) == expected_totals(moved)


async def test_another_face_is_refused_and_the_rest_goes_in(
    registry: Registry, entries: list[Entry], tmp_path: Path
) -> None:
    first = entries[20]
    await registry.take(await file_of(tmp_path / "a.csv", [first]))
    altered = replace(first, face=replace(first.face, buyer_name="示例另一家有限公司"))

    told = await registry.take(await file_of(tmp_path / "b.csv", [altered, entries[21]]))

    assert told.refusals == [(2, "invoice.changed")]
    assert told.summary == Summary(read=2, added=1, refused=1)
    assert await registry.find(first) == first
    assert await registry.find(entries[21]) == entries[21]


async def test_rows_of_one_file_follow_each_other(
    registry: Registry, entries: list[Entry], tmp_path: Path
) -> None:
    entry = next(entry for entry in entries if entry.state is State.NORMAL)
    altered = replace(entry, face=replace(entry.face, seller_name="示例另一家有限公司"))
    told = [
        entry,
        later(entry, State.RED),
        later(entry, State.RED_FULL),
        later(entry, State.RED_FULL),
        entry,
        altered,
    ]

    done = await registry.take(await file_of(tmp_path / "a.csv", told))

    assert done.summary == Summary(read=6, added=1, changed=2, same=1, refused=2)
    assert done.refusals == [(6, "invoice.state_back"), (7, "invoice.changed")]
    assert await registry.find(entry) == later(entry, State.RED_FULL)
    assert await totals(registry) == expected_totals([later(entry, State.RED_FULL)])


async def test_bad_rows_are_left_out_across_batches(
    registry: Registry, entries: list[Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 64)
    path = await file_of(tmp_path / "a.csv", entries)
    lines = (await asyncio.to_thread(path.read_text, "utf-8")).splitlines()
    lines[100] = "x,y"
    lines[200] = lines[200].replace(",normal,", ",gone,")
    await asyncio.to_thread(path.write_text, "\n".join(lines), "utf-8")

    told = await registry.take(path)

    assert told.refusals == [(101, "row.width"), (201, "row.state")]
    assert told.summary == Summary(read=300, added=298, refused=2)
    kept = [entry for place, entry in enumerate(entries) if place not in (99, 199)]
    assert await totals(registry) == expected_totals(kept)
    progress = [event for event in told.events if isinstance(event, Progress)]
    assert len(progress) == 5
    assert progress[-1].done == progress[-1].total


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_of_a_file_with_names_that_nobody_sees_only_the_visible_go_in(
    registry: Registry, entries: list[Entry], tmp_path: Path, ending: str
) -> None:
    """Of each category one that a list of forbidden marks tends to miss."""
    hidden = "\u061c\u200b\u2028\u2060\u3164\u2800\ue000\U000e0041"
    names = ["visible", *(f"示例{sign}公司" for sign in hidden), "也看得见"]
    evil = [
        replace(entry, face=replace(entry.face, seller_name=name))
        for entry, name in zip(entries[: len(names)], names, strict=True)
    ]

    imported = await registry.take(await file_of(tmp_path / f"evil.{ending}", evil))

    lines = range(3, 3 + len(hidden))
    assert imported.refusals == [(line, "row.foreign") for line in lines]
    assert imported.summary == Summary(read=len(names), added=2, refused=len(hidden))
    assert [await registry.find(entry) for entry in (evil[0], evil[-1])] == [evil[0], evil[-1]]
    assert await registry.find(evil[1]) is None


async def test_strict_writes_nothing_when_a_row_is_bad(
    registry: Registry, entries: list[Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 64)
    normal = next(entry for entry in entries if entry.state is State.NORMAL)
    clash = replace(normal, face=replace(normal.face, buyer_name="示例另一家有限公司"))
    path = await file_of(tmp_path / "a.csv", [*entries, clash])

    told = await registry.take(path, strict=True)

    assert told.refusals == [(302, "invoice.changed")]
    assert told.summary.checked_only
    assert (told.summary.read, told.summary.refused) == (301, 1)
    assert await registry.database.read("SELECT count(*) FROM registry_invoice") == [(0,)]
    assert await totals(registry) == {}


async def test_strict_writes_all_when_every_row_is_good(
    registry: Registry, entries: list[Entry], tmp_path: Path
) -> None:
    told = await registry.take(await file_of(tmp_path / "a.csv", entries), strict=True)

    assert told.summary == Summary(read=300, added=300)
    assert await totals(registry) == expected_totals(entries)


@pytest.mark.parametrize("strict", [False, True])
async def test_strict_hears_of_clashes_with_the_registry(
    registry: Registry, entries: list[Entry], tmp_path: Path, strict: bool
) -> None:
    voided = next(entry for entry in entries if entry.state is State.VOIDED)
    await registry.take(await file_of(tmp_path / "a.csv", [voided]))

    told = await registry.take(
        await file_of(tmp_path / "b.csv", [later(voided, State.NORMAL)]), strict=strict
    )

    assert told.refusals == [(2, "invoice.state_back")]


@pytest.mark.parametrize("strict", [False, True])
async def test_a_file_without_rows_is_an_import_of_nothing(
    registry: Registry, tmp_path: Path, strict: bool
) -> None:
    told = await registry.take(await file_of(tmp_path / "a.csv", []), strict=strict)

    assert told.summary == Summary()


async def test_a_file_that_is_no_table_writes_nothing(registry: Registry, tmp_path: Path) -> None:
    await asyncio.to_thread((tmp_path / "a.csv").write_text, "hello\n")

    with pytest.raises(TableError):
        await registry.take(tmp_path / "a.csv")


async def test_nothing_sensitive_lies_in_the_clear(
    registry: Registry, entries: list[Entry], tmp_path: Path
) -> None:
    await registry.take(await file_of(tmp_path / "a.csv", entries))

    rows = await registry.database.read("SELECT * FROM registry_invoice")
    rows += await registry.database.read("SELECT * FROM registry_total")
    # A keyed hash is all digits and the first letters: it holds any short code now and then.
    values = [v for row in rows for v in row if not DIGEST.fullmatch(str(v))]
    assert len(values) < sum(map(len, rows))
    stored = b"\0".join(v if isinstance(v, bytes) else str(v).encode() for v in values)
    for face in (entry.face for entry in entries):
        for secret in (face.number, face.seller_tax_id, face.seller_name, face.check_code):
            assert not secret or secret.encode() not in stored
        amounts = {str(amount) for amount in (face.net, face.total) if abs(amount) >= 10_000}
        assert not any(str(v) in amounts for row in rows for v in row if isinstance(v, int | str))


async def test_a_row_moved_or_altered_in_the_database_does_not_open(
    registry: Registry, entries: list[Entry], tmp_path: Path
) -> None:
    first, second = entries[30], next(e for e in entries if e.state is State.VOIDED)
    await registry.take(await file_of(tmp_path / "a.csv", [first, second]))
    async with registry.database.transaction() as tx:
        await tx.execute(
            "UPDATE registry_invoice SET sealed = (SELECT sealed FROM registry_invoice"
            " WHERE identity = $1) WHERE identity = $2",
            registry.identity(second),
            registry.identity(first),
        )
        await tx.execute(
            "UPDATE registry_invoice SET state = 'normal' WHERE identity = $1",
            registry.identity(second),
        )

    with pytest.raises(SealError):
        await registry.find(first)
    with pytest.raises(RegistryError):
        await registry.find(second)
    told = await registry.take(await file_of(tmp_path / "b.csv", [first, second]))
    assert told.refusals == [(2, "invoice.unreadable"), (3, "invoice.unreadable")]


async def test_two_imports_at_once_add_each_invoice_once(
    registry: Registry, entries: list[Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 40)
    path = await file_of(tmp_path / "a.csv", entries)

    one, two = await asyncio.gather(registry.take(path), registry.take(path))

    assert one.summary.added + two.summary.added == 300
    assert one.summary.same + two.summary.same == 300
    assert await totals(registry) == expected_totals(entries)


async def test_staff_find_an_invoice_by_its_number_alone(
    registry: Registry, entries: list[Entry], tmp_path: Path
) -> None:
    await registry.take(await file_of(tmp_path / "a.csv", entries))
    numbers = Counter(entry.face.number for entry in entries)

    found = await registry.store.find_number(entries[5].face.number)

    assert entries[5] in found
    assert len(found) == numbers[entries[5].face.number]
    assert await registry.store.find_number("99999999999999999999") == []


async def test_an_import_given_up_midway_keeps_whole_batches_and_lets_the_file_go(
    registry: Registry, entries: list[Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 50)
    events = registry.importer.run(await file_of(tmp_path / "a.csv", entries))

    await anext(events)
    await events.aclose()

    ((count,),) = await registry.database.read("SELECT count(*) FROM registry_invoice")
    assert count == 50
    assert await totals(registry) == expected_totals(entries[:50])


async def test_an_import_that_is_cancelled_closes_the_file_when_its_thread_has_ended(
    registry: Registry, entries: list[Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await file_of(tmp_path / "a.csv", entries)
    began, may_read, order = threading.Event(), threading.Event(), list[str]()
    read, close = importing.Importer._next, CsvTable.close

    def slow(*arguments: Any) -> Any:
        began.set()
        may_read.wait(10)
        batch = read(*arguments)
        order.append("read")
        return batch

    def closed(table: CsvTable) -> None:
        order.append("closed")
        close(table)

    monkeypatch.setattr(importing.Importer, "_next", slow)
    monkeypatch.setattr(CsvTable, "close", closed)
    taking = asyncio.create_task(registry.take(path))
    assert await asyncio.to_thread(began.wait, 10)
    for _ in range(2):
        taking.cancel()
        # What could close the file gets its turn in the threads.
        for _ in range(3):
            await asyncio.to_thread(bool)
    may_read.set()
    assert isinstance((await asyncio.gather(taking, return_exceptions=True))[0], BaseException)
    assert order == ["read", "closed"]
