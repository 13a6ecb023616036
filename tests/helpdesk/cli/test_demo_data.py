from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from helpdesk.registry.columns import COLUMNS
from invoices.verdict import Verdict
from tests.helpdesk.cli.room import Office, Said


def demo(folder: Path, name: str, *more: object, **changes: str) -> Said:
    options = {"invoices": "120", "seed": "s", "as-of": "2026-11-24"} | changes
    given = [part for key, value in options.items() for part in (f"--{key}", value)]
    return Office(folder).run("demo-data", *given, "--out", folder / name, *more)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_equal_options_give_equal_bytes(tmp_path: Path, suffix: str) -> None:
    for name in ("a", "b"):
        assert demo(tmp_path, f"{name}.{suffix}").status == 0
    demo(tmp_path, f"c.{suffix}", seed="t")

    first, second, other = ((tmp_path / f"{name}.{suffix}").read_bytes() for name in "abc")
    assert first == second
    assert first != other


def test_the_file_and_its_samples(tmp_path: Path) -> None:
    said = demo(tmp_path, "a.csv", "--samples", tmp_path / "samples.jsonl", "--json")

    assert said.lines == [
        {
            "invoices": 120,
            "out": str(tmp_path / "a.csv"),
            "samples": str(tmp_path / "samples.jsonl"),
        }
    ]
    rows = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == ",".join(COLUMNS)
    assert len(rows) == 121
    samples: list[dict[str, Any]] = [
        json.loads(line)
        for line in (tmp_path / "samples.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert {sample["verdict"] for sample in samples} == set(Verdict) - {"unavailable"}
    assert all({"label", "payload", "verdict", "state"} <= set(sample) for sample in samples)


def test_samples_do_not_change_the_file(tmp_path: Path) -> None:
    demo(tmp_path, "a.csv")
    demo(tmp_path, "b.csv", "--samples", tmp_path / "samples.jsonl")

    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


@pytest.mark.parametrize(
    ("name", "changes", "code"),
    [
        ("a.csv", {"invoices": "99"}, "demo_data.few"),
        ("a.csv", {"as-of": "today"}, "demo_data.as_of"),
        ("a.csv", {"as-of": "1999-01-01"}, "demo_data.as_of"),
        ("a.ods", {}, "table.suffix"),
        ("none/a.csv", {}, "table.write"),
        ("a.csv", {"invoices": "many"}, "usage.wrong"),
    ],
)
def test_wrong_options_are_said_and_leave_nothing(
    tmp_path: Path, name: str, changes: dict[str, str], code: str
) -> None:
    said = demo(tmp_path, name, **changes)

    assert said.status == 2
    assert said.err.startswith(f"error[{code}]: ")
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_sees_a_bar(tmp_path: Path) -> None:
    office = Office(tmp_path)
    options = ("--invoices", 6_000, "--seed", 1, "--as-of", "2026-11-24")

    said = office.run("demo-data", *options, "--out", tmp_path / "a.csv", terminal=True)

    assert "Writing" in said.err
    assert said.out == f"Wrote 6000 invented invoices to {tmp_path / 'a.csv'}\n"
