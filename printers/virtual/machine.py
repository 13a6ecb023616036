"""The virtual printer without its plug: sensors, buffer, real-time status, faults.

It behaves as cheap printers do. Real-time commands are looked for in everything that arrives,
pictures too, and taken out of it; without paper the rest of a job stays in the buffer and is
printed when paper is back; a query in the data is answered when its turn comes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from printers.virtual.commands import Parser
from printers.virtual.paper import Paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from printers.virtual.commands import Command
    from printers.virtual.paper import Slip


class Fault(StrEnum):
    """What can be wrong with it.

    `SILENT` prints and answers nothing; `SLOW` prints so many bytes a second; `DROP` breaks the
    connection; `STUCK` takes no more bytes.
    """

    NEAR_END = "near-end"
    PAPER_OUT = "paper-out"
    COVER_OPEN = "cover-open"
    SILENT = "silent"
    SLOW = "slow"
    DROP = "drop"
    STUCK = "stuck"


_STOPS = frozenset({Fault.PAPER_OUT, Fault.COVER_OPEN})
_BY_PRINTED = _STOPS | {Fault.NEAR_END}
_DLE, _EOT = 0x10, 0x04
_FINE = 0x12


class Machine:
    """Bytes in by `receive`, onto paper by `work`, answers out by `take_replies`."""

    def __init__(self, dots: int) -> None:
        self._paper = Paper(dots)
        self._parser = Parser()
        self._faults: set[Fault] = set()
        self._coming: dict[Fault, int] = {}
        self._tail = b""
        self._replies = bytearray()

    @property
    def slips(self) -> Sequence[Slip]:
        """The slips cut so far."""
        return tuple(self._paper.slips)

    @property
    def faults(self) -> frozenset[Fault]:
        """What is wrong now."""
        return frozenset(self._faults)

    @property
    def waiting(self) -> int:
        """Bytes in the buffer, not yet printed."""
        return self._parser.waiting

    def fail(self, fault: Fault, after: int = 0) -> None:
        """Let a fault happen now, or after so many more bytes.

        They are counted as printed for paper and cover, as received for the others.
        """
        if after > 0:
            self._coming[fault] = after
        else:
            self._coming.pop(fault, None)
            self._faults.add(fault)

    def mend(self) -> None:
        """Put everything right: new paper, cover shut."""
        self._faults.clear()
        self._coming.clear()

    def clear(self, fault: Fault) -> None:
        """Put one thing right."""
        self._faults.discard(fault)

    def tear(self) -> None:
        """Take off the paper by hand."""
        self._paper.cut()

    def receive(self, data: bytes) -> int:
        """Take bytes into the buffer, answering real-time commands; how many of them it took.

        Fewer than all when the connection drops among them.
        """
        room = 0 if Fault.DROP in self._faults else self._coming.get(Fault.DROP, len(data))
        taken = min(len(data), room)
        for fault in self._coming.keys() - _BY_PRINTED:
            self._count(fault, taken)
        self._parser.feed(self._without_real_time(data[:taken]))
        return taken

    def work(self, budget: int | None = None) -> int:
        """Print from the buffer, about so many bytes; how many it really printed."""
        done = 0
        while not self._faults & _STOPS and (budget is None or done < budget):
            taken = self._parser.take()
            if taken is None:
                break
            command, length = taken
            self._do(command)
            done += length
            for fault in self._coming.keys() & _BY_PRINTED:
                self._count(fault, length)
        return done

    def take_replies(self) -> bytes:
        """What it says to whoever is connected."""
        replies = bytes(self._replies)
        self._replies.clear()
        return replies

    def _count(self, fault: Fault, amount: int) -> None:
        self._coming[fault] -= amount
        if self._coming[fault] <= 0:
            self.fail(fault)

    def _do(self, command: Command) -> None:
        if command.name == b"\x1dr":
            self._say(self._paper_byte() if command.arguments in b"\x011" else 0)
        else:
            self._paper.apply(command)

    def _paper_byte(self) -> int:
        return 0x03 if Fault.NEAR_END in self._faults else 0

    def _without_real_time(self, data: bytes) -> bytes:
        data = self._tail + data
        kept, at = bytearray(), 0
        while at < len(data):
            if data[at] != _DLE:
                kept.append(data[at])
                at += 1
            elif len(data) - at < len(b"\x10\x04n"):
                break
            elif data[at + 1] == _EOT:
                self._say(self._live(data[at + 2]))
                at += 3
            else:
                kept.append(data[at])
                at += 1
        self._tail = data[at:]
        return bytes(kept)

    def _live(self, question: int) -> int:
        stopped = bool(self._faults & _STOPS)
        empty = Fault.PAPER_OUT in self._faults
        if question == 1:
            return _FINE | (0x08 if stopped else 0)
        if question == 2:  # noqa: PLR2004 -- the number is the command's own
            return (
                _FINE | (0x04 if Fault.COVER_OPEN in self._faults else 0) | (0x20 if empty else 0)
            )
        if question == 4:  # noqa: PLR2004
            near = empty or Fault.NEAR_END in self._faults
            return _FINE | (0x0C if near else 0) | (0x60 if empty else 0)
        return _FINE

    def _say(self, reply: int) -> None:
        if Fault.SILENT not in self._faults:
            self._replies.append(reply)
