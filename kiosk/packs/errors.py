"""Why a kiosk has no packs to answer from, or cannot take new ones."""

from __future__ import annotations

from kiosk.errors import KioskError


class PacksError(KioskError):
    """What keeps packs from being taken; those in use stay in use.

    Codes: `pack.no_key` this kiosk was not enrolled, or its keys are destroyed. `pack.none` there
    are none yet. `pack.source` nothing to fetch is where they should be. `pack.chunk` a part that
    came is not the one of the signed list. `pack.full`, `pack.disk` this machine's disk. And the
    codes of `helpdesk.wire.pack_manifest` and `invoices.pack`, with the file's name.
    """
