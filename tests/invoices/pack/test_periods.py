"""Which dates a segment's id covers."""

from __future__ import annotations

from datetime import date

import pytest

from invoices.pack import PackError
from invoices.pack.periods import overlay_day, segment_period


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2026-03", "2026-03-01", "2026-03-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-12.17", "2026-12-01", "2026-12-31"),
        ("2026-03-17", "2026-03-17", "2026-03-17"),
        ("2026-03-17.1", "2026-03-17", "2026-03-17"),
    ],
)
def test_a_period(name: str, first: str, last: str) -> None:
    period = segment_period(name)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert period.covers(period.first)
    assert period.covers(period.last)
    assert not period.covers(date(2025, 1, 1))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "2026",
        "2026-13",
        "2026-02-30",
        "2026-3",
        "2026-03.0",
        "2026-03.12345",
        "9999-12",
        "ovr-2026-03-01",
        "2026-03\n",
        "２０２６-03",
        "0000-01",
        "../../etc",
    ],
)
def test_no_period(name: str) -> None:
    with pytest.raises(PackError) as caught:
        segment_period(name)
    assert caught.value.code == "pack.id"


def test_an_overlay_names_its_day() -> None:
    assert overlay_day("ovr-2026-11-24") == overlay_day("ovr-2026-11-24.2") == date(2026, 11, 24)


@pytest.mark.parametrize(
    "name", ["2026-11-24", "ovr-2026-11", "ovr-2026-11-31", "ovr-2026-11-24.0"]
)
def test_no_overlay(name: str) -> None:
    with pytest.raises(PackError):
        overlay_day(name)
