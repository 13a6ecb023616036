"""Why a pack cannot be built."""

from __future__ import annotations

from helpdesk.errors import HelpdeskError


class PacksError(HelpdeskError):
    """A pack cannot be built from what was given.

    Codes: `packs.conflict` one invoice with two contents, `packs.state` no such status code,
    `packs.settings` widths, id or moments that the format lacks, `packs.unplaced` digests that no
    layer takes, `packs.count` more digests than one function holds, `packs.regions` key regions
    that contradict each other or are too many, `packs.files` more files than a list may name,
    `packs.extra` numpy or numba is not installed, `packs.worker` the
    building process ended, `packs.busy` another build is under way, `packs.folder` the folder
    cannot be written, `packs.full` there is no room on the disk, `packs.index` the list of what
    was published cannot be read, `packs.none` nothing was published yet,
    `packs.unusable` a file just built cannot be opened.
    """
