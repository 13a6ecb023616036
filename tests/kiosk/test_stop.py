"""`kiosk stop` ends a kiosk from another terminal: one in service and one that is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.demo.terminal_program import TerminalProgram

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
KIOSK = [sys.executable, "-m", "kiosk"]


def stop(config: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*KIOSK, "stop", "--config", str(config)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "en_US.UTF-8"},
    )


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text('[kiosk]\ndata = "data"\nserver = "http://127.0.0.1:9"\naccess = ""\n')
    return path


@pytest.mark.parametrize(
    ("database", "shown"), [(None, "把发票左上角的二维码对准扫码器"), (b"no database", "暂停服务")]
)
def test_it_ends_supervisor_and_screen(config: Path, database: bytes | None, shown: str) -> None:
    assert "No kiosk is running" in stop(config).stdout
    data = config.parent / "data"
    assert not data.exists()
    if database is not None:
        data.mkdir(mode=0o700)
        (data / "kiosk.db").write_bytes(database)
    run = [*KIOSK, "run", "--config", str(config)]
    with TerminalProgram(run, columns=80, rows=24, cwd=ROOT) as kiosk:
        kiosk.wait_for(shown)
        done = stop(config)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("The kiosk is stopped.")
        assert kiosk.wait_end() == 0
        assert kiosk.echoes()
        assert kiosk.cursor_shown
    assert "No kiosk is running" in stop(config).stdout
