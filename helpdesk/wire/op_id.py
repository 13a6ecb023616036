"""Operation ids: UUIDv7 (RFC 9562), the Idempotency-Key and the journal's id of one effect.

An id is made before the first attempt, so that a retry, or a later push of the same
operation, counts once.
"""

from __future__ import annotations

import re

from helpdesk.wire.errors import WireError

IDEMPOTENCY_KEY = "Idempotency-Key"
"""The header field that carries an id."""
RANDOM_BYTES = 10
PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"

_FORM = re.compile(PATTERN.rstrip("$") + r"\Z")
_MAX_MS = 1 << 48
_VERSION = 0x7 << 76
_VARIANT = 0x2 << 62
_RAND_A = (1 << 12) - 1
_RAND_B = (1 << 62) - 1


def make(ms: int, random: bytes) -> str:
    """The id of an operation begun at `ms`, milliseconds since 1970 UTC.

    Args:
        ms: 0 up to 2**48 - 1.
        random: ten bytes of chance; 74 of their 80 bits are used.

    Raises:
        WireError: `op_id.time` or `op_id.random` for values outside these bounds.
    """
    if not 0 <= ms < _MAX_MS:
        raise WireError("op_id.time")
    if len(random) != RANDOM_BYTES:
        raise WireError("op_id.random")
    chance = int.from_bytes(random, "big")
    value = ms << 80 | _VERSION | (chance >> 62 & _RAND_A) << 64 | _VARIANT | chance & _RAND_B
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def validate(text: str) -> str:
    """The id itself, lower-case UUIDv7 as `make` writes it.

    Raises:
        WireError: `op_id.form` for anything else.
    """
    if not _FORM.match(text):
        raise WireError("op_id.form")
    return text


def milliseconds(op_id: str) -> int:
    """When the operation began by its maker's clock: milliseconds since 1970 UTC.

    Raises:
        WireError: `op_id.form`.
    """
    return int(validate(op_id).replace("-", "")[:12], 16)
