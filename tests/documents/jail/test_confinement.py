"""What a confined child can still do, each try in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from documents.jail.confinement import layers

CONFINED = """
import os, sys, socket, ctypes
from documents.jail.confinement import confine
from documents.jail.limits import Limits
confine(Limits(memory=64 << 20, cpu_seconds=1), os.getppid())
try:
{tried}
except (OSError, MemoryError) as error:
    os.write(1, b"refused " + type(error).__name__.encode())
else:
    os.write(1, b"done")
"""


def attempt(statement: str) -> subprocess.CompletedProcess[bytes]:
    code = CONFINED.format(tried=textwrap.indent(statement, "    "))
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, timeout=60
    )


def test_this_machine_has_every_layer() -> None:
    """Debian 12 has both; without them the tests below would prove the resource limits only."""
    assert layers() == {"landlock": True, "seccomp": True}


@pytest.mark.parametrize(
    "statement",
    [
        "open('/etc/passwd')",
        "open('/tmp/yanpiao-jail', 'w')",
        "os.listdir('/')",
        "os.unlink('/tmp/yanpiao-no-such-file')",
        "socket.socket()",
        "socket.socketpair()",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.kill(os.getppid(), 0)",
        "os.pipe()",
        "os.pidfd_open(os.getppid())",
        "os.chmod('/proc/self/mem', 0)",
        "os.setuid(0)",
        "bytearray(200 << 20)",
    ],
)
def test_a_confined_child_is_refused(statement: str) -> None:
    tried = attempt(statement)
    assert tried.stdout.startswith(b"refused"), tried


@pytest.mark.parametrize("number", [101, 165, 272, 298, 321, 425])
def test_a_raw_system_call_is_refused(number: int) -> None:
    """ptrace, mount, unshare, perf_event_open, bpf, io_uring_setup on x86-64."""
    if os.uname().machine != "x86_64":
        number = {101: 117, 165: 40, 272: 97, 298: 241, 321: 280, 425: 425}[number]
    tried = attempt(
        f"libc = ctypes.CDLL(None, use_errno=True)\n"
        f"if libc.syscall({number}, 0, 0, 0, 0) < 0: raise OSError(ctypes.get_errno())"
    )
    assert tried.stdout.startswith(b"refused"), tried


OLD_KERNEL = """
import ctypes, fcntl, os
from documents.jail import landlock
landlock.version = lambda: 2  # Linux 6.1 of Debian 12: signals are not its business yet
libc = ctypes.CDLL(None)
reading, writing = os.pipe()
"""
TGKILL = 234 if os.uname().machine == "x86_64" else 131
ASYNCHRONOUS = """
F_SETSIG = 10
fcntl.fcntl(reading, fcntl.F_SETOWN, {victim})
libc.fcntl(reading, F_SETSIG, 9)
fcntl.fcntl(reading, fcntl.F_SETFL, os.O_ASYNC)
os.write(writing, b"x")
"""


@pytest.mark.parametrize(
    "tried", [f"libc.syscall({TGKILL}, {{victim}}, {{victim}}, 9)", ASYNCHRONOUS]
)
def test_no_other_process_is_signalled_on_an_older_kernel_either(tried: str) -> None:
    """A child that a document has taken over could else end the server, of the same account."""
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    statement = textwrap.indent(tried.format(victim=victim.pid), "    ")
    try:
        ended = subprocess.run(
            [sys.executable, "-c", OLD_KERNEL + CONFINED.format(tried=statement)],
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert ended.stdout.startswith((b"done", b"refused")), ended
        with pytest.raises(subprocess.TimeoutExpired):
            victim.wait(0.3)
    finally:
        victim.kill()
        victim.wait()


def test_computing_and_open_files_stay() -> None:
    assert attempt("sum(range(1000)); os.fstat(0); sys.stdout.flush()").stdout == b"done"


def test_a_child_that_computes_for_ever_is_ended() -> None:
    assert attempt("while True: pass").returncode == -signal.SIGXCPU


def test_a_child_ends_with_its_parent() -> None:
    """`confine` names the parent; a child that has another one already does nothing."""
    code = (
        "import os\nfrom documents.jail.confinement import confine\n"
        "from documents.jail.limits import Limits\n"
        "confine(Limits(), os.getppid() + 1)\nprint('ran')"
    )
    tried = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, timeout=60
    )
    assert (tried.returncode, tried.stdout) == (1, b"")
