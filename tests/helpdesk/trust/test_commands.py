"""`helpdesk keys ...` and `helpdesk slips ...` as somebody types them."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from helpdesk.cli import run
from helpdesk.cli.frame import Frame
from helpdesk.clock import SystemClock
from helpdesk.config_file import load
from helpdesk.ids import SystemIds
from helpdesk.resources import open_resources
from helpdesk.texts import load_texts
from helpdesk.trust.authority import open_authority
from helpdesk.wire import slip_code, trust_list
from helpdesk.wire.signing_key import VerifyingKey
from helpdesk.wire.site import Site
from helpdesk.wire.slip_claims import SlipType, VerdictCode
from helpdesk.wire.trust_file import TrustFile
from helpdesk.wire.trust_list import Use
from tests.helpdesk.wire.world import KIOSK, STRANGER, claims


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

    def answer(self, *arguments: str) -> Any:
        status, out, err = self.run(*arguments, "--json")
        assert (status, err) == (0, "")
        return json.loads(out)

    def certify(self) -> None:
        asyncio.run(self._certify())

    async def _certify(self) -> None:
        config = await asyncio.to_thread(load, self.config, {})
        clock = SystemClock()
        async with (
            open_resources(config, clock, SystemIds(clock)) as resources,
            resources.database.transaction() as tx,
        ):
            await open_authority(resources).certify(
                tx,
                public=KIOSK.key.public,
                centre="HD01",
                holder="A03",
                uses=(Use.SLIP, Use.REQUEST),
                not_before=clock.now(),
            )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    shell = Shell(tmp_path)
    shell.run("keys", "init")
    shell.run("migrate")
    return shell


def test_the_first_steps_with_a_root(shell: Shell) -> None:
    stick = shell.folder / "stick"
    status, _, err = shell.run("keys", "trust-list", "--out", str(shell.folder / "list"))
    assert status == 3
    assert err.startswith("error[trust.no_issuer]: ")
    status, out, _ = shell.run("keys", "init-root", "--out", str(stick))
    assert status == 0
    assert "Move that folder offline" in out
    status, _, err = shell.run("keys", "init-root", "--out", str(shell.folder / "second"))
    assert (status, err[:18]) == (2, "error[keys.exist]:")
    inside = shell.folder / "data/helpdesk/keys/root"
    status, _, err = shell.run("keys", "init-root", "--out", str(inside))
    assert (status, err[:23]) == (2, "error[trust.root_place]")
    renewed = shell.answer("keys", "renew-issuer", "--root", str(stick))
    assert renewed["issuer"] not in out
    assert renewed["root"] in out


def test_a_key_is_listed_and_revoked_once(shell: Shell) -> None:
    root = shell.answer("keys", "init-root", "--out", str(shell.folder / "stick"))["root"]
    shell.certify()
    listed = shell.answer("keys", "list")
    kid = KIOSK.key.kid.hex()
    assert (listed["kid"], listed["holder"], listed["uses"]) == (kid, "A03", ["slip", "request"])
    assert listed["revoked_at"] is None
    assert "A03" in shell.run("keys", "list")[1]
    assert shell.answer("keys", "revoke", kid, "--yes") == {"kid": kid, "fresh": True}
    assert shell.answer("keys", "revoke", kid, "--yes") == {"kid": kid, "fresh": False}
    assert "revoked at" in shell.run("keys", "list")[1]
    file = shell.folder / "list.json"
    told = shell.answer("keys", "trust-list", "--out", str(file))
    given = TrustFile.read(file.read_bytes())
    bundle = trust_list.accept(given.bundle, [VerifyingKey(bytes.fromhex(root))], datetime.now(UTC))
    assert bundle.trust_list.version == told["version"]
    assert bundle.trust_list.keys == ()
    (holder,) = bundle.trust_list.revoked_holders
    assert holder.holder == "A03"


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("keys", "revoke", "0badf00d"), 2, "trust.key_unknown"),
        (("keys", "revoke", "0badf00"), 2, "trust.kid"),
        (("keys", "revoke", "0badf00d00"), 2, "trust.kid"),
        (("keys", "renew-issuer", "--root", "/none"), 3, "keys.missing"),
        (("slips", "revoke", "FP1:"), 1, "slip.form"),
        (("slips", "check", "FP1:"), 1, "slip.form"),
        (("slips", "check", "hello"), 1, "slip.prefix"),
        (("slips", "revoke", "hello"), 1, "slip.prefix"),
        (("keys", "trust-list", "--out", "/none/file"), 3, "keys.folder"),
    ],
)
def test_what_cannot_be_done_is_said_by_code(
    shell: Shell, arguments: tuple[str, ...], status: int, code: str
) -> None:
    shell.run("keys", "init-root", "--out", str(shell.folder / "stick"))
    ended, out, err = shell.run(*arguments)
    assert (ended, out) == (status, "")
    assert err.startswith(f"error[{code}]: ")
    assert "{" not in err


def test_the_address_on_a_slip_is_as_good_as_its_code(shell: Shell) -> None:
    site = Site.parse("https://yp.gov.cn")
    shell.run("keys", "init-root", "--out", str(shell.folder / "stick"))
    shell.certify()
    now = datetime.now(UTC).replace(microsecond=0)
    told = claims(issued_at=now, expires=now + timedelta(days=9), registry=now)
    code = slip_code.issue(told, KIOSK)
    asked = site.slip_address(code).lower()
    assert shell.run("slips", "check", asked)[2].startswith("error[slip.prefix]: ")
    with shell.config.open("a", encoding="utf-8") as file:
        file.write(f'site = "{site.url}"\n')
    assert shell.answer("slips", "check", asked) == shell.answer("slips", "check", code)
    for damaged in (asked[:-3], f"{site.url}/R/{told.record}", f"{site.url}/R/1"):
        assert shell.run("slips", "check", damaged)[2].startswith("error[slip.")
    foreign = asked.replace("yp.gov.cn", "yq.gov.cn")
    assert shell.run("slips", "check", foreign)[2].startswith("error[slip.prefix]: ")
    assert shell.answer("slips", "revoke", asked, "--yes")["fresh"]
    assert shell.run("slips", "check", code)[2].startswith("error[slip.revoked]: ")


AS_OF = datetime(2026, 11, 23, 8, 24, tzinfo=UTC)
SAID: dict[str, tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]] = {
    "registry": (
        {"registry": AS_OF},
        ("一致，发票正常", "数据来源：税务登记库，截至 2026-11-23 16:24"),
        ("Match, valid", "Source: tax registry, as of 2026-11-23 16:24"),
    ),
    "pack": (
        {"pack": AS_OF},
        ("一致，截至 2026-11-23 16:24 正常", "自助机 A03 的本机数据，截至 2026-11-23 16:24"),
        ("Match: valid as of 2026-11-23 16:24", "data on kiosk A03, as of 2026-11-23 16:24"),
    ),
    "expired pack": (
        {"outdated": AS_OF},
        ("一致，截至 2026-11-23 16:24 正常", "查验时这份数据已过有效期"),
        ("Match: valid as of 2026-11-23 16:24", "Those data had expired"),
    ),
    "nobody": (
        {"verdict": VerdictCode.UNAVAILABLE, "state": None, "registry": None},
        ("暂时无法判断", "数据来源：未能联网查询"),
        ("Cannot tell right now", "Source: registry not reached"),
    ),
    "no check": (
        {"type": SlipType.TICKET, "verdict": None, "state": None, "invoice": None},
        ("（不是查验小票）",),
        ("(not of a check)",),
    ),
}


def of_today(**changes: Any) -> str:
    now = datetime.now(UTC).replace(microsecond=0)
    times = {"issued_at": now, "expires": now + timedelta(days=30)}
    return slip_code.issue(claims(**{**times, **changes}), KIOSK)


def test_a_slip_says_by_which_source_and_as_of_when(shell: Shell) -> None:
    shell.run("keys", "init-root", "--out", str(shell.folder / "stick"))
    shell.certify()
    for name, (changes, chinese, english) in SAID.items():
        for language, parts in (("zh_CN", chinese), ("en", english)):
            status, out, err = shell.run("slips", "check", of_today(**changes), language=language)
            assert (status, err) == (0, "")
            assert [part for part in parts if part not in out] == [], name
            assert "{" not in out
            plain = "发票正常" in out or "Match, valid" in out
            assert plain == (name == "registry")
    told = shell.answer("slips", "check", of_today(outdated=AS_OF))
    assert told.pop("issued_at")
    assert told == {
        "record": "A03-261124-0127",
        "issuer": "HD01/A03",
        "verdict": "match",
        "state": "normal",
        "source": "pack",
        "as_of": AS_OF.isoformat(),
        "outdated": True,
    }


def test_a_slip_is_taken_back_by_its_code(shell: Shell) -> None:
    shell.run("keys", "init-root", "--out", str(shell.folder / "stick"))
    shell.certify()
    now = datetime.now(UTC)
    genuine = claims(issued_at=now, expires=now + timedelta(days=30))
    code = slip_code.issue(genuine, KIOSK)
    told = shell.answer("slips", "revoke", code, "--yes")
    assert (told["record"], told["issuer"], told["fresh"]) == ("A03-261124-0127", "HD01/A03", True)
    assert shell.answer("slips", "revoke", code, "--yes")["fresh"] is False
    again = shell.run("slips", "revoke", code, "--yes")[1]
    assert "before" in again
    assert "Source: tax registry, as of" in again
    status, out, err = shell.run("slips", "check", code)
    assert (status, out, err[:20]) == (1, "", "error[slip.revoked]:")
    status, _, err = shell.run("slips", "revoke", slip_code.issue(genuine, STRANGER))
    assert (status, err[:24]) == (1, "error[slip.key_unknown]:")
    shell.answer("keys", "trust-list", "--out", str(shell.folder / "list.json"))
    assert len(TrustFile.read((shell.folder / "list.json").read_bytes()).parts) == 1
