"""Every word that sync may have to say is there, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.wire.journal_kinds import KINDS
from helpdesk.wire.standing import Standing
from kiosk.cli.frame import Frame
from kiosk.cli.sync import reason_of, report_lines, story_lines
from kiosk.i18n import LANGUAGES, Catalogues
from kiosk.link import Link
from tests.kiosk.stand_ins import ZONE
from tui.kiosk.ports import Link as ShownLink

REASONS = (
    *("check.differs", "check.prefix", "check.clock", "check.record"),
    *(
        "journal.op_id",
        "journal.erased",
        "journal.fork",
        "journal.forks",
        "journal.kind",
        "journal.payload",
    ),
    *("journal.header", "journal.gap", "journal.content", "journal.head", "journal.signature"),
    *("journal.foreign", "journal.gone", "journal.behind", "journal.broken", "journal.not_read"),
    *("kiosk.fenced", "kiosk.quarantined"),
)


@pytest.fixture(params=LANGUAGES)
def frame(request: pytest.FixtureRequest) -> Frame:
    return Frame(Catalogues().translator(request.param), request.param, {})


def test_every_reason_has_its_words_and_keeps_its_code(frame: Frame) -> None:
    for code in REASONS:
        words = reason_of(frame, code)
        assert code in words
        assert words != code
    assert reason_of(frame, "of.tomorrow") == "of.tomorrow"


def test_every_state_of_the_link_is_worded(frame: Frame) -> None:
    assert [link.value for link in Link] == [link.value for link in ShownLink]
    keys = [f"link.{link}{end}" for link in ShownLink for end in ("", ".since")]
    keys += [f"cli.status.link.{link}" for link in Link]
    keys += [f"cli.sync.standing.{standing}" for standing in Standing]
    keys += [f"cli.sync.kind.{kind}" for kind in KINDS.payloads]
    assert [key for key in keys if frame.text(key, age="1") == key] == []


def test_a_story_is_told_in_order(frame: Frame) -> None:
    story: dict[str, Any] = {
        "seq": 7,
        "op_id": "x",
        "kind": "check",
        "at": "2026-11-24T02:25:07+00:00",
        "suspect": True,
        "says": {"record": "A03-261124-0007", "verdict": "match", "state": "normal"},
        "sent_at": "2026-11-24T02:26:00+00:00",
        "outcome": "refused",
        "reason": "journal.op_id",
        "judged_at": "2026-11-24T02:26:01+00:00",
        "mark": 7,
    }
    lines = list(story_lines(frame, story, ZONE))
    assert len(lines) == 6
    assert not any("cli." in line for line in lines)
    pack = {**story["says"], "source": "pack", "as_of": "2026-11-23T08:24:00+00:00"}
    (said,) = [line for line in story_lines(frame, story | {"says": pack}, ZONE) if "0007" in line]
    assert said.count("2026-11-23") == 2, "neither its state nor its source goes without a moment"
    registry = {**pack, "source": "registry"}
    (said,) = [
        line for line in story_lines(frame, story | {"says": registry}, ZONE) if "0007" in line
    ]
    assert "2026-11-23" not in said
    unjudged = story | {"outcome": None, "says": {}, "suspect": False}
    assert len(list(story_lines(frame, unjudged, ZONE))) == 4


def test_a_report_tells_what_waits_and_why(frame: Frame) -> None:
    moment = "2026-11-24T02:25:07+00:00"
    report = {
        "kiosk": "A03",
        "standing": "active",
        "mark": 3,
        "head": 5,
        "waiting": 2,
        "oldest": moment,
        "parked": "journal.kind",
        "parked_at": moment,
        "contact_at": moment,
    }
    lines = list(report_lines(frame, report, ZONE))
    assert len(lines) == 5
    assert not any("cli." in line for line in lines)
    told = [line for line in lines if "2026-11-24" in line]
    assert len(told) == 3
    assert all("2026-11-24 10:25:07" in line for line in told), "the centre's zone, wherever we are"
    nobody = report | {"kiosk": None, "waiting": 0, "parked": None, "contact_at": None}
    assert len(list(report_lines(frame, nobody, ZONE))) == 2
