"""What the building process is asked, and how rows reach it: lengths and CBOR over a pipe."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

LENGTH_BYTES: Final = 4
LONGEST: Final = 1 << 26
"""Bytes of one message: a page of rows is far shorter."""

Rows = list[tuple[str, str, bytes]]
"""What the seal is bound to, state and sealed bytes of some rows."""


@dataclass(frozen=True, slots=True)
class Job:
    """One file to build.

    Attributes:
        out: where to write it, and its chunks' hashes beside it.
        workspace: a folder for what does not fit in memory.
        pack: its id; `overlay`: whether it tells of changed states only.
        region: of its key.
        issued_at: seconds since 1970 UTC, as `as_of` and `since`.
        rows: how many are expected, from which follows where they wait.
    """

    out: str
    workspace: str
    pack: str
    overlay: bool
    region: str
    issued_at: int
    as_of: int
    since: int
    rows: int

    def dump(self) -> bytes:
        """The job as one message."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def load(cls, message: bytes) -> Self:
        """The job of such a message."""
        return cls(**json.loads(message))


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file: its length, its hash and its chunks' (hex), what is in it and what not."""

    length: int
    digest: str
    chunks: str
    count: int
    unreadable: int


def framed(message: bytes) -> bytes:
    """A message behind its length; an empty one ends the rows of a job."""
    return len(message).to_bytes(LENGTH_BYTES, "big") + message


def rows_message(rows: Sequence[tuple[str, str, bytes]]) -> bytes:
    """Some rows as one message."""
    import cbor2  # late: only a build needs it

    return cbor2.dumps([list(row) for row in rows])
