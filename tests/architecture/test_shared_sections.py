"""A section of the configuration that both processes read: each knows the other's keys by name."""

from __future__ import annotations

from helpdesk import config as helpdesk
from kiosk import config as kiosk


def own(keys: tuple[helpdesk.Key, ...] | tuple[kiosk.Key, ...], section: str) -> set[str]:
    return {key.name for key in keys if key.section == section}


def test_what_one_leaves_unread_is_what_the_other_reads() -> None:
    assert helpdesk.UNREAD.keys() == kiosk.UNREAD.keys() == {"packs"}
    for section in helpdesk.UNREAD:
        assert set(helpdesk.UNREAD[section]) == own(kiosk.KEYS, section)
        assert set(kiosk.UNREAD[section]) == own(helpdesk.KEYS, section)
        assert own(kiosk.KEYS, section).isdisjoint(own(helpdesk.KEYS, section))
