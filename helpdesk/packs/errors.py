"""Why a pack cannot be built."""

from __future__ import annotations

from helpdesk.errors import HelpdeskError


class PacksError(HelpdeskError):
    """A pack cannot be built from what was given.

    Codes: `packs.conflict` one invoice with two contents, `packs.state` no such status code,
    `packs.settings` widths, id or moments that the format lacks, `packs.unplaced` digests that no
    layer takes, `packs.count` more digests than one function holds.
    """
