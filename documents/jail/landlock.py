"""Landlock: the kernel takes the whole file system, TCP and abstract sockets from a process.

Files that are open already stay usable. Source: Linux, Documentation/userspace-api/landlock.rst;
the system call numbers are the same on every architecture.
"""

from __future__ import annotations

import ctypes
import os
import struct
from typing import Final

_CREATE_RULESET: Final = 444
_RESTRICT_SELF: Final = 446
_VERSION_FLAG: Final = 1
# Rights over files that each version of the interface knows, as the number of low bits.
_FILE_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_TCP_SINCE: Final = 4
_BIND_AND_CONNECT: Final = 3
_SCOPES_SINCE: Final = 6
_SIGNALS_AND_SOCKETS: Final = 3


def version() -> int:
    """Return the version of the kernel's interface; 0 where there is none."""
    answer: int = ctypes.CDLL(None).syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)
    return max(answer, 0)


def restrict() -> bool:
    """Take away all that can be taken, without a rule that gives anything back.

    `PR_SET_NO_NEW_PRIVS` must be set. Returns whether it was done: False on a kernel without it.
    """
    known = version()
    if not known:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    attributes = _attributes(known)
    ruleset = libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return False
    try:
        done: int = libc.syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return done == 0


def _attributes(known: int) -> bytes:
    """`struct landlock_ruleset_attr`, as long as this version of it is."""
    files = (1 << _FILE_RIGHTS[min(known, max(_FILE_RIGHTS))]) - 1
    attributes = struct.pack("=Q", files)
    if known >= _TCP_SINCE:
        attributes += struct.pack("=Q", _BIND_AND_CONNECT)
    if known >= _SCOPES_SINCE:
        attributes += struct.pack("=Q", _SIGNALS_AND_SOCKETS)
    return attributes
