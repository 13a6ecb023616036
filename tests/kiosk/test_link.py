"""The connection as a machine that goes by the last outcomes."""

from __future__ import annotations

import pytest

from kiosk.link import Link, LinkWatch
from tests.kiosk.stand_ins import NOW, HandClock


def watched(outcomes: str) -> LinkWatch:
    """`+` answered, `-` nobody there."""
    link = LinkWatch(HandClock())
    for outcome in outcomes:
        if outcome == "+":
            link.succeeded()
        else:
            link.failed("server.refused")
    return link


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ("", Link.UNKNOWN),
        ("+", Link.ONLINE),
        ("-", Link.UNKNOWN),
        ("--", Link.OFFLINE),
        ("+-", Link.ONLINE),
        ("+-+-+", Link.ONLINE),
        ("+-+-+-", Link.DEGRADED),
        ("+-+-+-+++++", Link.ONLINE),
        ("+--", Link.OFFLINE),
        ("+--+", Link.OFFLINE),
        ("+--++", Link.ONLINE),
        ("+-+-+--++", Link.ONLINE),
    ],
)
def test_the_last_outcomes_decide(outcomes: str, state: Link) -> None:
    assert watched(outcomes).state is state


def test_a_server_that_takes_nothing_is_there_but_not_well() -> None:
    link = watched("+")
    heard: list[Link] = []
    link.listen(heard.append)
    link.worries("journal.kind")
    link.worries("journal.kind")
    link.succeeded()
    link.worries(None)
    assert heard == [Link.DEGRADED, Link.ONLINE]


def test_a_fence_outranks_the_network_and_can_be_lifted() -> None:
    link = watched("--")
    heard: list[Link] = []
    link.listen(heard.append)
    link.fence(fenced=True)
    link.succeeded()
    link.succeeded()
    assert (link.state, link.since) == (Link.FENCED, NOW)
    link.fence(fenced=False)
    assert heard == [Link.FENCED, Link.ONLINE]
