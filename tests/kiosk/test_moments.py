"""People read the centre's time, wherever the machine thinks it is."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from kiosk.cli.frame import Frame
from kiosk.cli.moments import to_minute, to_second
from kiosk.cli.verify import line_of
from kiosk.i18n import LANGUAGES, Catalogues
from tests.kiosk.stand_ins import ZONE

MOMENT = "2026-11-24T19:30:19+00:00"


def test_a_moment_is_told_in_the_zone_given() -> None:
    assert to_second(MOMENT, ZONE) == "2026-11-25 03:30:19"
    assert to_minute(MOMENT, ZoneInfo("UTC")) == "2026-11-24 19:30"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_on_the_command_line_is_dated_as_everywhere_else(language: str) -> None:
    frame = Frame(Catalogues().translator(language), language, {})
    answer = {
        "verdict": "match",
        "state": "normal",
        "source": "pack",
        "as_of": MOMENT,
        "compared": [],
        "advice": [],
        "record": "A03-261125-0007",
    }
    told = line_of(frame, answer, ZONE)
    assert "2026-11-25 03:30" in told
    assert "UTC" not in told
