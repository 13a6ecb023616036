"""Verification packs, built on the server. Needs numpy and numba (the extra `packs`).

Nothing is imported here, so that a server that builds no packs loads neither.
"""

from __future__ import annotations
