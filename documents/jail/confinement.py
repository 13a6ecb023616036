"""What a child gives up before it looks at a stranger's file."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from documents.jail import landlock, seccomp

if TYPE_CHECKING:
    from documents.jail.limits import Limits

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38
_DESCRIPTORS: Final = 16


def confine(limits: Limits, parent: int) -> None:
    """Give up everything but open files, computing and the memory of `limits`, for good.

    Resource limits and the end with the `parent` process hold everywhere; Landlock and seccomp
    where the kernel and libseccomp have them (`layers`).
    """
    prctl = ctypes.CDLL(None).prctl
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # It ended between the fork and the line above.
        os._exit(1)
    prctl(_PR_SET_DUMPABLE, 0)
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _limit_resources(limits)
    library = seccomp.find_library()
    landlock.restrict()
    if library is not None:
        seccomp.restrict(library)


def layers() -> dict[str, bool]:
    """Tell which layers this machine has beside the resource limits."""
    return {"landlock": landlock.version() > 0, "seccomp": seccomp.find_library() is not None}


def _limit_resources(limits: Limits) -> None:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    memory = pages * resource.getpagesize() + limits.memory
    # One second more, so that SIGXCPU comes before SIGKILL and names the reason.
    cpu = (limits.cpu_seconds, limits.cpu_seconds + 1)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, cpu)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS, _DESCRIPTORS))
