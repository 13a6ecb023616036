from __future__ import annotations

import json
from pathlib import Path

from kiosk.checkup.log_tail import tail

AT = "2026-11-24T02:25:07.000+00:00"


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join((*lines, "")), encoding="utf-8")
    return path


def line(event: str, **facts: object) -> str:
    return json.dumps({"at": AT, "level": "warning", "event": event, "part": "kiosk.x", **facts})


def test_the_last_records_the_oldest_first(tmp_path: Path) -> None:
    path = written(tmp_path / "log", *(line(f"event {number}") for number in range(30)))
    assert [each.text for each in tail(path, 3)] == ["event 27", "event 28", "event 29"]
    assert [each.level for each in tail(path, 1)] == ["warning"]


def test_facts_stand_behind_the_event_and_long_numbers_are_masked(tmp_path: Path) -> None:
    path = written(tmp_path / "log", line("seen 87651234", device="/dev/x", number="110101199001"))
    assert [each.text for each in tail(path, 9)] == ["seen # device=/dev/x number=#"]


def test_what_is_no_record_is_left_out(tmp_path: Path) -> None:
    lines = ("", "{", "[]", "1", '{"at": "x", "level": "info", "event": "y"}', '{"at": 1}')
    path = written(tmp_path / "log", *lines, line("good"), '{"at": "2026-11')
    assert [each.text for each in tail(path, 9)] == ["good"]


def test_a_long_log_is_read_from_its_end(tmp_path: Path) -> None:
    path = written(tmp_path / "log", *(line(f"{number:06} " + "x" * 100) for number in range(5000)))
    found = tail(path, 10_000)
    assert 100 < len(found) < 1000
    assert found[-1].text.startswith("004999")


def test_no_log_is_no_record(tmp_path: Path) -> None:
    assert tail(tmp_path / "none", 9) == ()
    assert tail(tmp_path, 9) == ()
