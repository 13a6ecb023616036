"""`kiosk slip check` and `kiosk slip trust` as somebody types them, on the machine's own clock."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from helpdesk.wire import slip_code
from helpdesk.wire.slip_claims import SignatureState
from helpdesk.wire.trust_file import TrustFile
from kiosk.bootstrap.trust_commands import TrustCommands
from kiosk.clock import SystemClock
from kiosk.control import once, serving
from kiosk.db.ownership import Ownership
from kiosk.trust.store import FILE, TrustStore
from tests.helpdesk.wire.world import KIOSK, STRANGER
from tests.kiosk.trust.shell import DAY, TODAY, Shell, said, sealed, told


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


GOOD = slip_code.issue(said(), KIOSK)
UNSIGNED = slip_code.issue(
    said(signature=SignatureState.DEVICE_KEY_MISSING, invoice=None, issuer="unenrolled/A03"), None
)


def test_a_good_slip_is_told_with_all_it_says(shell: Shell) -> None:
    shell.enrolled()
    status, out, err = shell.run("check", GOOD)
    assert (status, err) == (0, "")
    for part in ("It holds", "HD01/A03", "A03-261124-0127", "Match, valid", "as of"):
        assert part in out
    assert "Source: tax registry, as of " in out
    status, answer = shell.answer(GOOD)
    assert status == 0
    assert answer == {
        "worth": "good",
        "error": None,
        "message": None,
        "slip": {
            "centre": "HD01",
            "kiosk": "A03",
            "type": "check",
            "record": "A03-261124-0127",
            "verdict": "match",
            "state": "normal",
            "source": "registry",
            "as_of": (TODAY - DAY).isoformat(),
            "outdated": False,
            "issued_at": (TODAY - DAY).isoformat(),
            "expires": (TODAY + 30 * DAY).isoformat(),
            "document": bytes(range(16)).hex(),
            "signature": "signed",
        },
        "list": {
            "version": 7,
            "issued_at": (TODAY - 9 * DAY).isoformat(),
            "expires": (TODAY + 20 * DAY).isoformat(),
        },
    }


@pytest.mark.parametrize(
    ("code", "status", "fault"),
    [
        (UNSIGNED, 1, "slip.unsigned"),
        (GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1"), 1, "slip."),
        (slip_code.issue(said(), STRANGER), 3, "slip.key_unknown"),
        (slip_code.issue(said(expires=TODAY - timedelta(hours=1)), KIOSK), 1, "slip.expired"),
        (slip_code.issue(said(issuer="HD01/A04"), KIOSK), 1, "slip.issuer"),
        ("A03-261124-0127", 1, "slip.prefix"),
        ("", 1, "slip.prefix"),
        ("FP1:" + "0" * 800, 1, "slip.length"),
    ],
    ids=["unsigned", "altered", "stranger", "expired", "issuer", "record", "empty", "long"],
)
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_doubted_slip_has_its_reason_in_words(
    shell: Shell, code: str, status: int, fault: str, language: str
) -> None:
    shell.enrolled()
    ended, _, err = shell.run("check", code, language=language)
    assert ended == status
    assert err.startswith(f"error[{fault}")
    assert "error.slip" not in err
    assert "{" not in err


def test_an_old_list_cannot_tell_and_says_how_old_it_is(shell: Shell) -> None:
    old = TODAY - 35 * DAY
    shell.enrolled(told(issued_at=old, expires=old + 30 * DAY))
    status, out, err = shell.run("check", GOOD, language="zh_CN")
    assert status == 3
    assert "无法判断" in err
    assert "签名名单截至" in out
    assert shell.answer(GOOD)[1]["list"]["issued_at"] == old.isoformat()


def test_without_a_list_nothing_can_be_told(shell: Shell) -> None:
    status, answer = shell.answer(GOOD)
    assert status == 3
    assert (answer["worth"], answer["error"]) == ("unknown", "slip.no_list")
    assert (answer["slip"], answer["list"]) == (None, None)
    assert shell.answer(UNSIGNED)[0] == 1


def test_lines_in_answers_out_and_the_worst_status_counts(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.enrolled()
    lines = [GOOD, GOOD.lower(), UNSIGNED, "", slip_code.issue(said(), STRANGER)]
    given = io.TextIOWrapper(io.BytesIO("\n".join([*lines, ""]).encode()))
    monkeypatch.setattr("sys.stdin", given)
    status, out, _ = shell.run("check", "--json")
    assert status == 3
    worth = [json.loads(line)["worth"] for line in out.splitlines()]
    assert worth == ["good", "good", "refused", "refused", "unknown"]


def test_a_damaged_list_is_told(shell: Shell) -> None:
    shell.enrolled()
    (shell.data / FILE).write_text("{}")
    status, _, err = shell.run("check", GOOD)
    assert (status, err[:19]) == (3, "error[trust.store]:")


def test_a_stick_brings_a_newer_list(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    file.write_text(TrustFile(bundle=sealed(told(8))).model_dump_json())
    status, _, err = shell.run("trust", str(file))
    assert (status, err[:21]) == (3, "error[trust.no_root]:")
    shell.enrolled()
    status, out, err = shell.run("trust", str(file))
    assert (status, err) == (0, "")
    assert "List 8" in out
    assert shell.answer(GOOD)[1]["list"]["version"] == 8


async def test_beside_a_running_kiosk_that_kiosk_takes_the_list(
    shell: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "list.json"
    await asyncio.to_thread(file.write_text, TrustFile(bundle=sealed(told(8))).model_dump_json())
    await asyncio.to_thread(shell.enrolled)
    control = shell.data / "control.sock"
    ownership = await asyncio.to_thread(Ownership, shell.data, control)
    try:
        status, _, err = await asyncio.to_thread(shell.run, "trust", str(file))
        assert (status, err[:22]) == (3, "error[control.absent]:")
        assert (await asyncio.to_thread(shell.answer, GOOD))[1]["list"]["version"] == 7
        asked = TrustCommands(TrustStore(shell.data), SystemClock(ZoneInfo("Asia/Shanghai")))
        handlers = {name: once(answer) for name, answer in asked.table.items()}
        async with serving(control, handlers):
            status, out, err = await asyncio.to_thread(shell.run, "trust", str(file))
            assert (status, err) == (0, "")
            assert "List 8" in out
            await asyncio.to_thread(
                file.write_text, TrustFile(bundle=sealed(told(6))).model_dump_json()
            )
            status, _, err = await asyncio.to_thread(shell.run, "trust", str(file))
            assert (status, err[:23]) == (1, "error[trust.rollback]: ")
            await asyncio.to_thread(file.unlink)
            status, _, err = await asyncio.to_thread(shell.run, "trust", str(file))
            assert (status, err[:19]) == (2, "error[trust.file]: ")
    finally:
        ownership.release()
    assert (await asyncio.to_thread(shell.answer, GOOD))[1]["list"]["version"] == 8


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (TrustFile(bundle=sealed(told(6))).model_dump_json(), 1, "trust.rollback"),
        (TrustFile(bundle=sealed(told(8))[:-1]).model_dump_json(), 1, "cbor.short"),
        ("{}", 1, "trust.form"),
        (None, 2, "trust.file"),
    ],
    ids=["older", "short", "form", "missing"],
)
def test_a_list_that_does_not_hold_is_refused(
    shell: Shell, tmp_path: Path, content: str | None, status: int, code: str
) -> None:
    shell.enrolled()
    file = tmp_path / "list.json"
    if content is not None:
        file.write_text(content)
    ended, _, err = shell.run("trust", str(file))
    assert ended == status
    assert err.startswith(f"error[{code}]: ")
    assert shell.answer(GOOD)[1]["list"]["version"] == 7
