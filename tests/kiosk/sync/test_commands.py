"""`kiosk enrol`, `kiosk sync` and `kiosk journal`, as processes beside a whole server."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.kiosk.sync.test_real_server import Server, furniture, server

__all__ = ["furniture", "server"]

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[3]


@dataclass
class Shell:
    folder: Path

    async def run(self, *arguments: str, sent: str = "") -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "kiosk", *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=self.folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "PYTHONWARNINGS": "error",
                "LC_ALL": "en_US.UTF-8",
            },
        )
        out, err = await process.communicate(sent.encode())
        assert b"Traceback" not in out + err
        return process.returncode or 0, out.decode(), err.decode()

    async def told(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        status, out, err = await self.run(*arguments, "--json")
        assert out, err
        return status, json.loads(out.splitlines()[-1])


@pytest.fixture
def shell(server: Server, tmp_path: Path) -> Shell:
    folder = tmp_path / "here"
    folder.mkdir()
    text = f'[kiosk]\nserver = "http://127.0.0.1:{server.port}"\ndata = "d"\nprefix = "B9"\n'
    (folder / "config.toml").write_text(text)
    return Shell(folder)


async def test_from_the_code_to_the_story_of_an_entry(server: Server, shell: Shell) -> None:
    server.clock.at = datetime.now(UTC)  # the processes go by the machine's clock
    status, _, err = await shell.run("journal", "export", "early.ypj")
    assert (status, err.partition(":")[0]) == (3, "error[identity.none]")
    code = (await server.bureau.enrolment.invite("", "A03")).code
    status, _, err = await shell.run("enrol", code.replace("-", "")[:-1])
    assert (status, err.partition(":")[0]) == (2, "error[enrolment.code]")
    status, done = await shell.told("enrol", code.lower())
    assert (status, done["kiosk"], done["prefix"]) == (0, "A03", "A03")
    status, _, err = await shell.run("enrol", "-", sent="7ZQX-0M4K-9T2R-HHWC\n")
    assert (status, err.partition(":")[0]) == (2, "error[enrolment.proof]")

    status, answer = await shell.told("verify", "01,10,011002600111,12345678,91.59,20260103,1,")
    assert answer["record"].startswith("A03-")
    status, report = await shell.told("sync", "now")
    assert (status, report["waiting"], report["mark"]) == (0, 0, 1)
    for name in ("1", answer["record"]):
        status, story = await shell.told("sync", "explain", name)
        assert (status, story["seq"], story["outcome"]) == (0, 1, "applied")
    status, out, _ = await shell.run("sync", "explain", "1")
    assert "The server has applied it" in out
    assert "12345678" not in out
    assert (await shell.run("sync", "explain", "2"))[0] == 1

    status, exported = await shell.told("journal", "export", "journal.ypj", "--all")
    assert (status, exported["entries"]) == (0, 1)
    assert (shell.folder / "journal.ypj").stat().st_mode & 0o077 == 0
    status, _, err = await shell.run("journal", "export", "journal.ypj")
    assert (status, err.partition(":")[0]) == (2, "error[export.exists]")


async def test_a_kiosk_that_is_set_up_by_a_code_needs_no_shared_secret(
    server: Server, shell: Shell
) -> None:
    server.clock.at = datetime.now(UTC)
    text = (shell.folder / "config.toml").read_text()
    (shell.folder / "config.toml").write_text(text + 'access = "not/on/this/machine"\n')
    code = (await server.bureau.enrolment.invite("", "A03")).code
    assert (await shell.run("enrol", code))[0] == 0
    status, answer = await shell.told("verify", "01,10,011002600111,12345678,91.59,20260103,1,")
    assert answer["verdict"] != "unavailable"

    # The same code once more: nobody else has it, so nobody is to be looked for.
    status, _, err = await shell.run("enrol", code)
    assert (status, err.partition(":")[0]) == (2, "error[enrolment.used_here]")
    assert "this kiosk is enrolled as A03" in err
