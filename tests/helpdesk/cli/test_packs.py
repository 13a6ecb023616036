from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk.cli.frame import exit_status
from tests.helpdesk.cli.room import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path)
    office.open()
    return office


def test_before_the_first_build_nothing_can_be_told(office: Office) -> None:
    said = office.run("packs", "verify", "--config", office.config)
    assert (said.status, said.err.partition(":")[0]) == (3, "error[packs.none]")


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "cbor.short"), (b"\x84\x40\xa0\x40\x40", "cbor.short"), (b"\x00", "cose.form")],
)
def test_a_list_that_is_not_ours_is_a_failed_check(
    office: Office, content: bytes, code: str
) -> None:
    public = office.folder / "data" / "helpdesk" / "packs" / "public"
    public.mkdir(parents=True)
    (public / "manifest").write_bytes(content)
    said = office.run("packs", "verify", "--config", office.config)
    assert (said.status, said.err.partition(":")[0]) == (1, f"error[{code}]")


def test_a_server_that_is_busy_is_not_the_callers_mistake() -> None:
    assert exit_status("kiosks.busy") == 3
    assert exit_status("kiosks.unknown") == 2
