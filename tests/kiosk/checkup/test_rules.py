from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkup.facts import Looked, Outlook, Reach
from kiosk.checkup.finding import Finding, Level, Part, exit_status, worst
from kiosk.checkup.judge import judge, judge_config
from kiosk.config_file import Problem
from tests.kiosk.checkup.scenes import CONFIG, NOW, SCENES, STOPPED, WELL, Scene, live


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene.code}-{scene.level}")
def test_what_was_gathered_is_told(scene: Scene) -> None:
    found = judge(scene.config, scene.looked)
    assert scene.level in [each.level for each in found if each.code == scene.code]
    assert sum(each.code == scene.code for each in found) <= 2  # two regions


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene.code}-{scene.level}")
def test_every_part_is_told_of_in_order_whatever_was_gathered(scene: Scene) -> None:
    parts = [each.part for each in judge(scene.config, scene.looked)]
    assert [*dict.fromkeys(parts)] == [*Part]


def test_a_kiosk_that_is_well_asks_for_nothing() -> None:
    found = judge(CONFIG, WELL)
    assert worst(found) is Level.OK
    assert exit_status(found) == 0


def test_nothing_known_is_not_well() -> None:
    found = judge(CONFIG, Looked(at=NOW))
    assert exit_status(found) == 3
    assert not {Level.WARNING, Level.FAULT} & {each.level for each in found}


@pytest.mark.parametrize(
    ("levels", "status"),
    [
        ((), 0),
        ((Level.OK, Level.NOTE), 0),
        ((Level.UNKNOWN, Level.OK), 3),
        ((Level.UNKNOWN, Level.WARNING), 1),
        ((Level.FAULT,), 1),
    ],
)
def test_the_exit_status(levels: tuple[Level, ...], status: int) -> None:
    assert exit_status([Finding(Part.DISK, "x", level) for level in levels]) == status


def test_a_kiosk_that_stands_still_is_not_blamed_for_it_twice() -> None:
    found = judge(CONFIG, replace(STOPPED, outlook=Outlook(reach=WELL.outlook.reach)))
    asking = [each.code for each in found if each.level in {Level.WARNING, Level.FAULT}]
    assert asking == ["process.stopped"]


def test_every_problem_of_the_configuration_is_told() -> None:
    problems = (
        Problem("config.unknown_key", {"file": "f", "key": "a.b", "nearest": "a.c"}),
        Problem("config.syntax", {"file": "f", "where": "line 1"}),
    )
    found = judge_config(problems)
    assert [each.code for each in found] == ["config.unknown_key", "config.syntax"]
    assert exit_status(found) == 1


def test_a_finding_in_json_has_plain_values() -> None:
    (found,) = [each for each in judge(CONFIG, WELL) if each.part is Part.DISK]
    assert found.form() == {
        "part": "disk",
        "code": "disk.good",
        "level": "ok",
        "params": {"free": 1 << 34, "total": 1 << 36},
    }
    (packs,) = [each for each in judge(CONFIG, WELL) if each.part is Part.PACKS]
    assert packs.form()["params"] == {
        "regions": "all",
        "span": 3600.0,
        "expires": "2026-11-25T02:25:07+00:00",
    }


def told_of_the_server(looked: Looked) -> list[tuple[str, Level]]:
    return [(each.code, each.level) for each in judge(CONFIG, looked) if each.part is Part.SERVER]


@pytest.mark.parametrize("failure", ["server.unsigned", "server.nonsense", "server.refused"])
@pytest.mark.parametrize("fault", [None, "server.nonsense", "server.refused"])
def test_no_line_calls_a_server_good_that_another_line_calls_gone(
    fault: str | None, failure: str
) -> None:
    gone = replace(
        live(link="offline", failure=failure), outlook=Outlook(reach=Reach(fault, NOW, NOW))
    )
    assert Level.OK not in {level for _, level in told_of_the_server(gone)}
    # The kiosk has not noticed yet: what was found just now is newer.
    there = replace(WELL, outlook=Outlook(reach=Reach(fault, NOW, NOW)))
    levels = {level for _, level in told_of_the_server(there)}
    assert levels == ({Level.OK} if fault is None else {Level.FAULT})
