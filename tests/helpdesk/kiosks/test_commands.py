"""`helpdesk kiosks`, `exceptions` and `journal` as somebody types them."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from helpdesk.cli import run
from helpdesk.cli.frame import Frame
from helpdesk.clock import SystemClock
from helpdesk.config_file import load
from helpdesk.ids import SystemIds
from helpdesk.kiosks.bureau import Bureau
from helpdesk.kiosks.ruling import Reason
from helpdesk.resources import open_resources
from helpdesk.texts import load_texts
from helpdesk.wire import enrolment_code, journal_file, strict_cbor
from tests.helpdesk.kiosks.room import (
    NORMAL,
    ChanceIds,
    KioskSide,
    granted,
    new_kiosk,
    request,
)


class Shell:
    """One installation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.config.write_text("[helpdesk]\nlisten = '127.0.0.1:0'\n", encoding="utf-8")

    def run(self, *arguments: str, language: str = "en") -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        frame = Frame(load_texts().of(language), {}, out, err)
        status = run([*arguments, "--config", str(self.config)], frame)
        return status, out.getvalue(), err.getvalue()

    def answers(self, *arguments: str) -> list[Any]:
        status, out, err = self.run(*arguments, "--json")
        assert (status, err) == (0, ""), err
        return [json.loads(line) for line in out.splitlines()]

    def inside(self, act: Callable[[Bureau], Awaitable[Any]]) -> Any:
        return asyncio.run(self._inside(act))

    async def _inside(self, act: Callable[[Bureau], Awaitable[Any]]) -> Any:
        config = await asyncio.to_thread(load, self.config, {})
        clock = SystemClock()
        async with open_resources(config, clock, SystemIds(clock)) as resources:
            return await act(Bureau(resources))

    def kiosk(self, seed: int = 0) -> KioskSide:
        (invited,) = self.answers("kiosks", "add")
        kiosk = new_kiosk(seed)

        async def enrol(bureau: Bureau) -> None:
            asked = request(kiosk, invited["code"], await bureau.enrolment.hello())
            granted(kiosk, invited["code"], asked, await bureau.enrolment.admit(asked))

        self.inside(enrol)
        return kiosk

    def export(self, kiosk: KioskSide, size: int, *, after: int = 0) -> Path:
        """What the kiosk would write on a stick."""
        cuts = range(after, len(kiosk.entries), size)
        batches = [kiosk.batch(after=at, to=at + size) for at in cuts]

        async def public(bureau: Bureau) -> bytes:
            return bureau.secrets.keys(None).sealing

        path = self.folder / "journal.ypj"
        path.write_bytes(journal_file.seal_file(self.inside(public), batches, b"e" * 32))
        return path


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    shell = Shell(tmp_path)
    shell.run("keys", "init")
    shell.run("migrate")
    return shell


def test_a_code_is_printed_with_what_to_do_and_as_a_picture(shell: Shell) -> None:
    status, out, err = shell.run("kiosks", "add", "--name", "hall", "--prefix", "b07")
    assert (status, err) == (0, "")
    first, second, *picture = out.splitlines()
    code = first.rpartition(" ")[2]
    assert "B07" in first
    assert len(enrolment_code.parse(code)) == 10
    assert second.endswith(f"kiosk enrol {code}")
    assert len({len(row) for row in picture}) == 1
    assert set("".join(picture)) <= set(" ▀▄█")
    assert len(picture) * 2 in (len(picture[0]), len(picture[0]) + 1)
    (line,) = shell.answers("kiosks", "list")
    assert (line["kiosk"], line["name"], line["standing"]) == ("B07", "hall", "added")
    assert code not in shell.run("kiosks", "list")[1]


def test_a_kiosk_is_fenced_by_its_prefix(shell: Shell) -> None:
    kiosk = shell.kiosk()
    assert shell.answers("kiosks", "fence", kiosk.kiosk.lower(), "--yes") == [
        {"kiosk": kiosk.kiosk, "fresh": True}
    ]
    assert "before" in shell.run("kiosks", "fence", kiosk.kiosk, "--yes")[1]
    assert "shut out" in shell.run("kiosks", "list")[1]
    status, _, err = shell.run("kiosks", "fence", "Z99")
    assert (status, err.split(":")[0]) == (2, "error[kiosks.unknown]")


def test_a_journal_comes_on_a_stick_and_counts_once(shell: Shell) -> None:
    kiosk = shell.kiosk()
    for _ in range(7):
        kiosk.check(at=datetime.now(UTC))
    path = shell.export(kiosk, 3)
    summary = {"kiosk": kiosk.kiosk, "entries": 7, "applied": 7, "refused": 0, "mark": 7}
    for _ in range(2):
        assert shell.answers("journal", "import", str(path)) == [{"summary": summary}]
    assert "7" in shell.run("journal", "import", str(path))[1]
    (line,) = shell.answers("kiosks", "list")
    assert (line["mark"], line["exceptions"]) == (7, 7)


def test_an_import_with_refused_entries_ends_with_1(shell: Shell) -> None:
    kiosk = shell.kiosk()
    kiosk.check(at=datetime.now(UTC))
    path = shell.export(kiosk, 3)
    shell.run("kiosks", "fence", kiosk.kiosk, "--yes")
    for _ in range(2):
        status, out, err = shell.run("journal", "import", str(path), "--json")
        assert (status, err) == (1, "")
        assert json.loads(out)["summary"]["refused"] == 1


def test_a_journal_of_a_retired_key_is_taken_too(shell: Shell) -> None:
    kiosk = shell.kiosk()
    kiosk.check()
    path = shell.export(kiosk, 3)

    async def retire(bureau: Bureau) -> None:
        async with bureau.roster._database.transaction() as tx:
            await bureau.roster.retire_others(tx, kiosk.kiosk, "none of them")

    shell.inside(retire)
    assert shell.answers("journal", "import", str(path))[0]["summary"]["entries"] == 1


def test_files_that_are_not_taken(shell: Shell) -> None:
    kiosk = shell.kiosk()
    for _ in range(4):
        kiosk.check()
    good = shell.export(kiosk, 2).read_bytes()
    path = shell.folder / "journal.ypj"

    def refused() -> str:
        status, _, err = shell.run("journal", "import", str(path))
        assert status == 2
        return err.partition("]")[0].removeprefix("error[")

    path.write_bytes(good[:-1])
    assert refused() == "journal.file"
    path.unlink()
    assert refused() == "input.file"
    shell.export(kiosk, 2, after=2)
    assert refused() == "journal.incomplete"
    kiosk.write_raw("visit", strict_cbor.encode({"number": "A12"}), ChanceIds().op_id())
    shell.export(kiosk, 5)
    assert refused() == "journal.newer"
    assert shell.answers("kiosks", "list")[0]["mark"] == 4


def test_exceptions_are_listed_shown_and_resolved(shell: Shell) -> None:
    assert shell.run("exceptions", "list")[:2] == (0, "Nothing.\n")
    kiosk = shell.kiosk()
    kiosk.check()
    shell.answers("journal", "import", str(shell.export(kiosk, 5)))
    (matter,) = shell.answers("exceptions", "list")
    assert (matter["code"], matter["told"], matter["found"]) == (
        "check.differs",
        "match/normal",
        "not_found",
    )
    assert "differs" in matter["text"]
    listed = shell.run("exceptions", "list")[1]
    assert matter["id"] in listed
    assert NORMAL.number not in listed
    head, entry = shell.answers("exceptions", "show", matter["id"].lower())
    assert head["id"] == matter["id"]
    assert entry["entry"]["says"]["claim"]["number"] == NORMAL.number
    assert NORMAL.number in shell.run("exceptions", "show", matter["id"])[1]
    status, _, err = shell.run("exceptions", "resolve", matter["id"], "--note", " ")
    assert (status, err.split(":")[0]) == (2, "error[kiosks.note]")
    assert shell.run("exceptions", "resolve", matter["id"], "--note", "called")[0] == 0
    assert shell.answers("exceptions", "list") == []
    (resolved,) = shell.answers("exceptions", "list", "--resolved")
    assert (resolved["id"], resolved["note"]) == (matter["id"], "called")
    assert "called" in shell.run("exceptions", "list", "--resolved")[1]
    status, _, err = shell.run("exceptions", "show", "NOSUCHTHING")
    assert (status, err.split(":")[0]) == (2, "error[kiosks.exception]")


def test_what_kiosks_and_people_write_gives_no_orders_to_a_terminal(shell: Shell) -> None:
    kiosk, orders = shell.kiosk(), "\x1b]0;mine\x07\x9b2J\nA01\u202e"
    kiosk.check(replace(NORMAL, seller_tax_id=orders))
    shell.answers("journal", "import", str(shell.export(kiosk, 5)))
    (matter,) = shell.answers("exceptions", "list")
    assert shell.run("exceptions", "resolve", matter["id"], "--note", orders)[0] == 0
    for as_json in ((), ("--json",)):
        shown = shell.run("exceptions", "show", matter["id"], *as_json)[1]
        assert "mine" in shown
        assert not set("\x1b\x07\x9b") & set(shown)
    assert "\u202e" not in shell.run("exceptions", "show", matter["id"])[1]
    assert shell.answers("exceptions", "show", matter["id"])[0]["note"] == orders


def test_the_access_of_programs_is_told(shell: Shell) -> None:
    (told,) = shell.answers("exceptions", "access")
    assert shell.run("exceptions", "access")[1] == f"Authorization: {told['authorization']}\n"


def test_what_no_journal_tells_of_is_listed_by_whom_it_is_about(shell: Shell) -> None:
    async def alarm(bureau: Bureau) -> None:
        async with bureau.roster._database.transaction() as tx:
            for _ in range(2):
                await bureau.inbox.alarm_without_entry(tx, Reason.TWO_HOLDERS, "A07")
                await bureau.inbox.alarm_without_entry(tx, Reason.TRUST_LIST)

    shell.inside(alarm)
    matters = shell.answers("exceptions", "list")
    assert sorted((each["code"], each["kiosk"], each["entries"]) for each in matters) == [
        ("kiosk.two_holders", "A07", 0),
        ("trust.too_large", "", 0),
    ]
    heads = [line for line in shell.run("exceptions", "list")[1].splitlines() if line[0] != " "]
    assert sorted(line.split("  ")[1] for line in heads) == ["kiosk A07", "this centre"]
    assert len(shell.answers("exceptions", "show", matters[0]["id"])) == 1
    shell.answers("exceptions", "resolve", matters[0]["id"], "--note", "looked at")
    assert len(shell.answers("exceptions", "list")) == 1
