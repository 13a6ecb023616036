"""A workbook of 1,669 bytes ended the running server. It must refuse the file and go on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.security import KeyRing
from tests.documents.spreadsheets.hostile import sparse

CONFIG = """[helpdesk]
listen = "127.0.0.1:0"
control = "control.sock"
disk_floor = 0
[database]
url = "sqlite://helpdesk.sqlite3"
[security]
keys = "keys"
[packs]
build = false
"""


def helpdesk(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "helpdesk", *arguments]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG, encoding="utf-8")
    KeyRing.create(tmp_path / "keys")
    environ = {**os.environ, "LANG": "en_US.UTF-8"}
    subprocess.run(
        helpdesk("migrate", "--config", str(config)), check=True, env=environ, capture_output=True
    )
    process = subprocess.Popen(
        helpdesk("serve", "--config", str(config)), stdout=subprocess.PIPE, env=environ
    )
    try:
        assert process.stdout is not None
        address = re.search(rb"[\d.]+:\d+", process.stdout.readline())
        assert address is not None
        yield config, address[0].decode()
        assert process.poll() is None, "the server is gone"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.communicate()


@pytest.mark.e2e
def test_the_server_refuses_the_sheet_and_goes_on(server: tuple[Path, str], tmp_path: Path) -> None:
    config, address = server
    for cell in ("XFD1048576", "A1048576"):
        bomb = sparse(tmp_path / f"{cell}.xlsx", "A1", cell)
        done = subprocess.run(
            helpdesk("import", str(bomb), "--config", str(config)),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 2, done.stderr
        assert "error[table." in done.stderr
        with urllib.request.urlopen(f"http://{address}/livez", timeout=10) as answer:
            assert answer.status == 200
