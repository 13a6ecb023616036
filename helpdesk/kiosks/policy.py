"""The rules by which the server keeps its word to kiosks, each by its name.

All of them hold on every server. They are gathered here, injected and not constants, so that the
simulation can break one at a time in this very code and prove that the loss would be seen.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """What the server does and does not do with what kiosks send."""

    verdict_once: bool = True
    """An entry that has its verdict is told it again and not judged again."""
    mark_with_verdict: bool = True
    """Entries, their verdicts and the mark commit together."""
    nothing_left_out: bool = True
    """A batch that does not begin where the journal is known to is asked for from there."""
    forks_kept: bool = True
    """Of two histories of one journal both are kept, also the one that is refused."""
    fork_quarantines: bool = True
    """A kiosk of whose journal there are two is not believed until a person has looked."""
    fence_holds: bool = True
    """What a kiosk sends after it was shut out is kept for a person and has no effect."""
    operation_once: bool = True
    """An operation that had its effect by one entry has none by another."""
    newer_waits: bool = True
    """An entry that only a newer server can read is left to that one, not ruled on."""
    verified_in_full: bool = True
    """What a kiosk told a visitor is not taken for the outcome: the registry is asked."""
    told_is_never_limited: bool = True
    """No daily limit refuses what a visitor was told already."""
    old_key_until_first_use: bool = True
    """A kiosk's old key is good until it has signed with the new one."""
    cursor_of_this_log: bool = True
    """A cursor of a log that was restored since is not taken for one of this log."""
