"""What `make` fetches: by the lock files, nothing unpinned, nothing that it did not name."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
from pathlib import Path

from kiosk.demo.terminal_program import TerminalProgram

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
DEBIAN = (ROOT / ".ci" / "debian").read_text(encoding="utf-8")


def debian(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The script as somebody who is not root."""
    account = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    return subprocess.run(
        ["sh", "-s", "--", *arguments],
        input=DEBIAN,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
        user=account,
    )


def test_only_the_script_that_names_them_installs_packages_of_debian() -> None:
    assert "apt-get" not in MAKEFILE
    told = DEBIAN.index("Installing it now:")
    assert told < DEBIAN.index("apt-get install -y")


def test_without_root_it_is_said_what_to_install() -> None:
    done = debian("make test", "sh=dash", "no-such-program=no-such-package")
    assert (done.returncode, done.stdout) == (1, "")
    assert "make test needs of Debian: no-such-package\n" in done.stderr
    assert "sudo apt-get install --no-install-recommends no-such-package\n" in done.stderr
    assert "dash" not in done.stderr


def test_what_is_there_is_not_mentioned() -> None:
    done = debian("make test", "sh=dash", "env=coreutils")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_package_of_python_comes_by_a_lock_file() -> None:
    installs = re.findall(r"\$\(PIP\) install .*", MAKEFILE)
    assert len(installs) == 2
    for line in installs:
        assert "--require-hashes -r" in line or "--no-deps --no-build-isolation" in line, line
    for name in ("requirements.lock", "requirements-dev.lock"):
        locked = (ROOT / name).read_text(encoding="utf-8")
        assert re.search(r"^setuptools==[\d.]+ \\$", locked, re.MULTILINE), name


def test_a_terminal_sees_how_far_the_packages_are() -> None:
    said = r"Collecting a==1 (from -r x)\n  Downloading a.whl\nCollecting b==2 (from -r x)\n"
    counted = f"printf '{said}' | {ROOT}/.ci/pip-progress 2"
    with TerminalProgram(["sh", "-c", counted], columns=80, rows=24) as program:
        assert program.wait_end() == 0
        assert b"  1/2  a==1" in program.output
        assert b"  2/2  b==2" in program.output
    quiet = subprocess.run(["sh", "-c", counted], capture_output=True, check=True)
    assert (quiet.stdout, quiet.stderr) == (b"", b"")
