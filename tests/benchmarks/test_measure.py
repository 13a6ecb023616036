from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.measure import Bar, Measure, keep, table

NOW = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ours", "theirs", "bar", "met"),
    [
        (50.0, 100.0, Bar(0.5), True),
        (49.0, 100.0, Bar(0.5), False),
        (150.0, 100.0, Bar(1.5, at_most=True), True),
        (151.0, 100.0, Bar(1.5, at_most=True), False),
        (150.0, None, Bar(150, at_most=True), True),
        (151.0, None, Bar(150, at_most=True), False),
        (1.0, 2.0, None, None),
        (None, None, Bar(150, at_most=True), None),
    ],
)
def test_a_bar_is_on_the_ratio_where_there_is_a_peer(
    ours: float | None, theirs: float | None, bar: Bar | None, met: bool | None
) -> None:
    assert Measure("what", ours, "ms", "peer", theirs, bar).met is met


def test_a_missed_bar_and_an_untaken_figure_are_told_as_such() -> None:
    told = table(
        [
            Measure("扫码", 200.0, "ms", bar=Bar(150, at_most=True)),
            Measure("ours alone", None, "ms", note="no trace"),
        ]
    )
    head, missed, untaken, note = told.splitlines()
    assert head.startswith("measured")
    assert missed.split() == ["扫码", "200", "ms", "<=", "150", "MISSED"]
    assert untaken.split() == ["ours", "alone", "not", "measured"]
    assert note.strip() == "no trace"
    # A wide character takes two columns.
    assert missed.index("200") + len("扫码") == untaken.index("not") == head.index("ours")


def test_a_row_measured_alone_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    keep(path, "start", [Measure("a", 3.0, "ms", "bare", 2.0, Bar(1.5))], NOW, quick=False)
    keep(path, "idle", [Measure("b", 1.0, "%")], NOW, quick=True)
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert list(kept) == ["idle", "start"]
    assert kept["start"]["measures"][0]["ratio"] == pytest.approx(1.5)
    assert kept["start"]["measures"][0]["met"] is True
    assert kept["start"]["machine"]["cores"] > 0
    assert kept["idle"]["quick"] is True
