"""Nonces a server can recognise as its own without keeping them.

Where a kiosk's clock is wrong, the server answers with a challenge; a request that carries it as
its nonce was made just now, whatever its `created` says. The server still remembers used nonces.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Final

from helpdesk.wire import binary
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault

LIFETIME: Final = timedelta(seconds=60)
RANDOM_BYTES: Final = 8

_TIME_BYTES: Final = 8
_MAC_BYTES: Final = 16
_LENGTH: Final = 43
_DOMAIN: Final = b"yanpiao/challenge/1\0"


def issue(key: bytes, subject: str, now: datetime, random: bytes) -> str:
    """A challenge to `subject` (a key id) of 43 characters; `random` is 8 bytes of chance.

    `key` is a secret all workers of the server share.
    """
    milliseconds = int(now.timestamp() * 1000)
    told = milliseconds.to_bytes(_TIME_BYTES, "big") + random[:RANDOM_BYTES]
    return binary.to_text(told + _mac(key, subject, told))


def issued_at(text: str) -> datetime:
    """The server's time in a challenge: what a kiosk may date its requests by.

    Proved only where the answer that carries the challenge is (`answer_signature`).

    Raises:
        WireError: `challenge.form`.
    """
    milliseconds = int.from_bytes(_bytes(text)[:_TIME_BYTES], "big")
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise WireError(Fault.CHALLENGE_FORM) from error


def holds(key: bytes, subject: str, text: str, now: datetime) -> bool:
    """Whether this server gave `text` to `subject` within the last minute."""
    try:
        data = _bytes(text)
        age = now - issued_at(text)
    except WireError:
        return False
    told, mac = data[:-_MAC_BYTES], data[-_MAC_BYTES:]
    # A worker whose clock is a little behind must honour what its neighbour just gave.
    fresh = -LIFETIME <= age <= LIFETIME
    return hmac.compare_digest(mac, _mac(key, subject, told)) and fresh


def _bytes(text: str) -> bytes:
    if len(text) != _LENGTH:
        raise WireError(Fault.CHALLENGE_FORM)
    try:
        return binary.from_text(text)
    except WireError as error:
        raise WireError(Fault.CHALLENGE_FORM) from error


def _mac(key: bytes, subject: str, told: bytes) -> bytes:
    return hmac.digest(key, _DOMAIN + told + subject.encode(), hashlib.sha256)[:_MAC_BYTES]
