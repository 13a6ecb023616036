"""The rules that keep a promise made to a visitor, each by its name.

All of them hold in every kiosk. They are gathered here, injected and not constants, so that the
simulation can break one at a time in this very code and prove that the loss would be seen.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """What a kiosk does and does not do."""

    told_only_when_saved: bool = True
    """A check that was not committed is not shown."""
    entry_beside_row: bool = True
    """A row and the entry that tells of it commit in one transaction."""
    one_op_id: bool = True
    """What is kept and told of a check carries the id under which it was asked about."""
    number_from_journal: bool = True
    """The next number follows the journal's last, not a counter in memory."""
    clock_never_back: bool = True
    """The hybrid clock continues from the last entry, whatever the wall clock says."""
    push_in_order: bool = True
    """A batch begins right after the server's mark."""
    refusals_are_kept: bool = True
    """No status makes an entry count as delivered: only the server's verdict does."""
    verdict_with_mark: bool = True
    """Verdicts and the mark they prove commit together."""
    mark_may_fall: bool = True
    """A server that knows less than before (restored) is told again."""
    answers_proved: bool = True
    """What is acted upon was signed by the server for this very request."""
    receipts_proved: bool = True
    """The mark is believed only with the server's countersignature over our own chain."""
    fork_stops: bool = True
    """A server that has another history under our name stops the outbox and is told of."""
    park_on_unknown: bool = True
    """A batch the server cannot read waits for a person, whole and in order."""
    changes_with_cursor: bool = True
    """What was pulled and the place to go on from commit together."""
    snapshot_whole: bool = True
    """A new snapshot replaces the old one at once, when all of it is there."""
    keys_in_two_phases: bool = True
    """The old key is kept until the server has answered to the new one."""
    wipe_on_fence: bool = True
    """A fenced kiosk destroys its keys and packs on contact."""
    keep_days: int = 35
    """Days an entry stays after the server's verdict: a restored server may have forgotten it."""
    stall_seconds: float = 60.0
    """So long without progress, and all connections are made anew."""
    longest_pause: float = 60.0
    """Seconds between two tries, at most."""
