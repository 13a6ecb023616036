"""The registry read page by page, on both databases."""

from __future__ import annotations

from datetime import date

import pytest

from helpdesk.packs import extract
from helpdesk.packs.plan import Build, Homes
from invoices.pack.periods import Period
from invoices.verdict import State
from tests.helpdesk.packs.house import House, entry

DAY = date(2026, 9, 7)


async def identities(house: House, build: Build, homes: Homes) -> list[str]:
    reader = house.service._extract
    return [row.identity async for page in reader.rows(build, homes) for row in page]


async def test_every_row_of_a_period_comes_once_whatever_the_page(
    any_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [DAY, date(2026, 9, 8), date(2026, 10, 1)]
    await any_house.take(*(entry(n, days[n % 3]) for n in range(50)))
    build = Build("2026-09", "all", Period(date(2026, 9, 1), date(2026, 9, 30)))
    whole = await identities(any_house, build, Homes(()))
    assert len(whole) == len(set(whole)) == 34
    for page in (1, 3, 7, 34):
        monkeypatch.setattr(extract, "PAGE", page)
        assert await identities(any_house, build, Homes(())) == whole


async def test_what_changed_after_a_write_comes_once_whatever_the_page(
    any_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await any_house.take(*(entry(n, DAY) for n in range(20)))
    first = await any_house.service.revision()
    assert first is not None
    await any_house.build()
    await any_house.take(*(entry(n, DAY, State.VOIDED) for n in range(5)))
    await any_house.take(*(entry(n, DAY, State.RED) for n in range(5, 9)))
    pieces = (await any_house.published()).pieces
    build = Build("ovr-2026-11-24", "all", Period(DAY, DAY), after=first, overlay=True)
    for page in (1, 2, 5, 100):
        monkeypatch.setattr(extract, "PAGE", page)
        found = await identities(any_house, build, Homes(pieces))
        assert len(found) == len(set(found)) == 9


async def test_the_survey_tells_days_and_late_writes_without_opening_a_row(
    any_house: House,
) -> None:
    assert await any_house.service._extract.survey(-1) is None
    await any_house.take(entry(1, DAY), entry(2, DAY))
    known = await any_house.service.revision()
    assert known is not None
    await any_house.take(entry(3, DAY), entry(1, DAY, State.VOIDED))
    survey = await any_house.service._extract.survey(known)
    assert survey is not None
    assert survey.days == {"all": {DAY: 3}}
    assert survey.late["all"][DAY] > known
    later = await any_house.service._extract.survey(survey.revision)
    assert later is not None
    assert later.late == {"all": {}}
