"""Seccomp: only the system calls of a computation on memory and open files stay allowed.

libseccomp (part of every Debian) knows the numbers of each architecture and writes the filter. A
call that is not listed answers EPERM; of two calls only some arguments are allowed, since they
also reach other processes of the same account.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
from typing import Final

_LIBRARY: Final = "libseccomp.so.2"
_ALLOW: Final = 0x7FFF0000
_ERRNO: Final = 0x00050000
_UNKNOWN: Final = -1
_LOW_HALF: Final = 0xFFFFFFFF
_MASKED_EQUAL: Final = 7

ALLOWED: Final = (
    # memory
    *("mmap", "munmap", "mremap", "mprotect", "brk", "madvise"),
    # files that are open already (newfstatat is how glibc asks for an open file's size)
    *("read", "readv", "pread64", "write", "writev", "lseek", "close", "fstat", "newfstatat"),
    "dup",
    *("poll", "ppoll", "select", "pselect6"),
    # time and chance
    *("clock_gettime", "clock_getres", "clock_nanosleep", "gettimeofday", "time", "getrandom"),
    # locks within the process, signals to itself, its end
    *("futex", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall"),
    *("getpid", "gettid", "sched_yield", "sched_getaffinity", "exit", "exit_group"),
)

FCNTL: Final = (fcntl.F_DUPFD_CLOEXEC, fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL)
"""What may be asked of an open file. Not `F_SETOWN`, `F_SETSIG` and `O_ASYNC`: together they have
the kernel send any signal to any process of this account, such as the server."""


class _Comparison(ctypes.Structure):
    """`struct scmp_arg_cmp`."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("how", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


def find_library() -> ctypes.CDLL | None:
    """Load libseccomp, before the file system is taken away; None where the machine lacks it."""
    try:
        library = ctypes.CDLL(_LIBRARY)
    except OSError:
        return None
    _declare(library)
    return library


def restrict(library: ctypes.CDLL) -> bool:
    """Load the filter into this process, for good. Returns whether it was done."""
    context = library.seccomp_init(_ERRNO | errno.EPERM)
    if not context:
        return False
    try:
        for name in ALLOWED:
            number = library.seccomp_syscall_resolve_name(name.encode())
            if number != _UNKNOWN and library.seccomp_rule_add(context, _ALLOW, number, 0):
                return False
        # Signals reach the threads of this process alone: abort() needs that.
        conditions = [("tgkill", 0, os.getpid()), *(("fcntl", 1, command) for command in FCNTL)]
        if not all(_allow_where(library, context, *condition) for condition in conditions):
            return False
        return bool(library.seccomp_load(context) == 0)
    finally:
        library.seccomp_release(context)


def _allow_where(library: ctypes.CDLL, context: int, name: str, argument: int, value: int) -> bool:
    """Allow a call whose argument, an `int` to the kernel, has this value."""
    number = library.seccomp_syscall_resolve_name(name.encode())
    # Both arguments are ints: the kernel looks at the low half alone, and so does the filter.
    equal = _Comparison(argument, _MASKED_EQUAL, _LOW_HALF, value)
    added = library.seccomp_rule_add_array(context, _ALLOW, number, 1, ctypes.byref(equal))
    return bool(added == 0)


def _declare(library: ctypes.CDLL) -> None:
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_syscall_resolve_name.argtypes = [ctypes.c_char_p]
    library.seccomp_rule_add.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
    ]
    library.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.POINTER(_Comparison),
    ]
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    library.seccomp_release.argtypes = [ctypes.c_void_p]
    library.seccomp_release.restype = None
