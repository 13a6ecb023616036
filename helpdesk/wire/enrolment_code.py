"""The one-time code by which a kiosk and the server recognise each other, once.

80 bits as sixteen characters of Crockford's base32 in four groups, `7ZQX-0M4K-...`; a person may
type it in any case, with or without hyphens, O for 0 and I or L for 1. The code itself never
travels: both sides prove that they know it.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault

RANDOM_BYTES: Final = 10
LIFETIME: Final = timedelta(minutes=15)
NAME_BYTES: Final = 16

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BITS: Final = 5
_GROUP: Final = 4
_CHARACTERS: Final = 16
_LONGEST: Final = 64
_CODE: Final = re.compile(rf"[{_ALPHABET}]{{{_CHARACTERS}}}")
_MEANT: Final = str.maketrans("OIL", "011", "- ")


def make(random: bytes) -> str:
    """The code of ten bytes of chance. Raises `WireError` `enrolment.random`."""
    if len(random) != RANDOM_BYTES:
        raise WireError(Fault.ENROLMENT_RANDOM)
    value = int.from_bytes(random, "big")
    shifts = range((_CHARACTERS - 1) * _BITS, -1, -_BITS)
    text = "".join(_ALPHABET[value >> shift & (1 << _BITS) - 1] for shift in shifts)
    return "-".join(text[at : at + _GROUP] for at in range(0, _CHARACTERS, _GROUP))


def parse(text: str) -> bytes:
    """The ten bytes of a code as typed or scanned. Raises `WireError` `enrolment.code`."""
    meant = text.strip().upper().translate(_MEANT) if len(text) <= _LONGEST else ""
    if not _CODE.fullmatch(meant):
        raise WireError(Fault.ENROLMENT_CODE)
    value = 0
    for character in meant:
        value = value << _BITS | _ALPHABET.index(character)
    return value.to_bytes(RANDOM_BYTES, "big")


def proof_key(code: bytes) -> bytes:
    """The key of both sides' proofs; the server keeps it, sealed, instead of the code."""
    return _derived(code, b"yanpiao/enrolment-proof/1", 32)


def name_of(code: bytes) -> bytes:
    """What the kiosk sends so that the server finds the code; 80 bits cannot be guessed back."""
    return _derived(code, b"yanpiao/enrolment-name/1", NAME_BYTES)


def _derived(code: bytes, info: bytes, length: int) -> bytes:
    if len(code) != RANDOM_BYTES:
        raise WireError(Fault.ENROLMENT_CODE)
    return HKDF(SHA256(), length, None, info).derive(code)
