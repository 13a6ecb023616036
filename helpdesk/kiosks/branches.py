"""Where a batch belongs: after which mark, on which branch, or on a branch of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from helpdesk.kiosks.journals import line_of
from helpdesk.kiosks.policy import Policy
from helpdesk.wire.journal_batch import BATCH_ENTRIES
from helpdesk.wire.journal_form import Head, genesis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from helpdesk.db import Transaction
    from helpdesk.kiosks.journals import Branch, Journals


MOST: Final = 16
"""Branches of a journal: a disk copied so often is no accident, and each push looks at all."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A batch that continues a branch: `line` is that branch and its ancestors.

    `forked`: the branch was made for it. `shared`: it lies in what several branches share, so
    its sender may be on any of them.
    """

    line: tuple[Branch, ...]
    forked: bool = False
    shared: bool = False

    @property
    def branch(self) -> Branch:
        """The branch itself."""
        return self.line[0]


@dataclass(frozen=True, slots=True)
class Behind:
    """A batch whose start we do not have: we need what follows `head` first.

    `forked`: it contradicts what we have, and we look for where that began.
    """

    head: Head
    forked: bool = False


@dataclass(frozen=True, slots=True)
class Full:
    """A batch that would begin another branch of a journal that has as many as it may.

    `trunk` is the journal as it began, `base` the last entry that the batch shares with us.
    """

    trunk: Branch
    base: Head


async def place(
    tx: Transaction,
    journals: Journals,
    branches: Sequence[Branch],
    journal: bytes,
    heads: Sequence[Head],
    policy: Policy,
) -> Placed | Behind | Full:
    """Where checked entries belong among the branches of their journal (at least one).

    `heads` begins with the head that the entries follow.
    """
    fitting: list[Branch] = []
    behind: list[Head] = []
    agreeing: list[tuple[Head, Branch]] = []
    for branch in branches:
        if heads[0].seq > branch.mark.seq and policy.nothing_left_out:
            behind.append(branch.mark)
            continue
        known = await _known(tx, journals, line_of(branch, branches), journal, heads)
        same = [head for head in heads if known.get(head.seq, head.hash) == head.hash]
        if len(same) == len(heads):
            fitting.append(branch)
        elif shared := [head for head in same if head.seq in known]:
            agreeing.append((shared[-1], branch))
    if fitting:
        return Placed(line_of(fitting[0], branches), shared=len(fitting) > 1)
    if behind:
        return Behind(min(behind, key=_seq))
    if not agreeing:
        return await _earlier(tx, journals, branches[0], journal, heads[0])
    base, parent = max(agreeing, key=lambda pair: pair[0].seq)
    if len(branches) >= MOST:
        return Full(branches[0], base)
    made = await journals.fork(tx, journal, parent, len(branches), base)
    return Placed(line_of(made, [*branches, made]), forked=True)


async def _known(
    tx: Transaction,
    journals: Journals,
    line: Sequence[Branch],
    journal: bytes,
    heads: Sequence[Head],
) -> Mapping[int, bytes]:
    """Our hashes at the numbers of `heads`, as far as this line goes."""
    mark = line[0].mark
    known = {0: genesis(journal).hash, mark.seq: mark.hash}
    inside = [head.seq for head in heads if 0 < head.seq < mark.seq]
    if inside:
        known.update(await journals.hashes(tx, line, inside))
    return known


async def _earlier(
    tx: Transaction, journals: Journals, trunk: Branch, journal: bytes, start: Head
) -> Behind:
    """A batch before this one, where the two journals may still have been one."""
    seq = max(0, start.seq - BATCH_ENTRIES)
    hashes = await journals.hashes(tx, [trunk], [seq]) if seq else {}
    return Behind(Head(seq, hashes.get(seq, genesis(journal).hash)), forked=True)


def _seq(head: Head) -> int:
    return head.seq
