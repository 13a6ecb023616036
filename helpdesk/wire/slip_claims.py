"""What the signed code of a slip says."""

from __future__ import annotations

import hashlib
import hmac
from enum import IntEnum
from typing import Annotated, ClassVar, Final, Self

from pydantic import Field, model_validator

from helpdesk.wire.numbered import Bytes16, Moment, Numbered
from invoices.verdict import State, Verdict

DOCUMENT_ID_BYTES: Final = 16
INVOICE_HASH_BYTES: Final = 16
RECORD_LENGTH: Final = 32
_INVOICE_DOMAIN: Final = b"yanpiao/slip-invoice/1\0"


class SlipType(IntEnum):
    """What the slip is for."""

    CHECK = 1
    NUMBER = 2
    APPOINTMENT = 3
    TICKET = 4
    FEEDBACK = 5


class VerdictCode(IntEnum):
    """The verdict as a number, for ever; the names are those of `invoices.verdict`."""

    MATCH = 1
    MISMATCH = 2
    NOT_FOUND = 3
    TOO_EARLY = 4
    TOO_OLD = 5
    DAILY_LIMIT = 6
    BAD_INPUT = 7
    UNSUPPORTED = 8
    UNAVAILABLE = 9

    @property
    def verdict(self) -> Verdict:
        """The verdict it stands for."""
        return Verdict[self.name]


class StateCode(IntEnum):
    """The invoice's state as a number, for ever."""

    NORMAL = 1
    VOIDED = 2
    RED = 3
    RED_PARTIAL = 4
    RED_FULL = 5

    @property
    def state(self) -> State:
        """The state it stands for."""
        return State[self.name]


class SignatureState(IntEnum):
    """Whether the kiosk had its key when the slip was printed."""

    SIGNED = 1
    DEVICE_KEY_MISSING = 2


class SlipClaims(Numbered):
    """The claims. 1, 4, 6 and 7 are those of a CWT (RFC 8392), the negative ones our own.

    A check names its verdict, a match its state, and `invoice` if one was asked about; the other
    types name none of the three.
    """

    NUMBERS: ClassVar[dict[str, int]] = {
        "issuer": 1,
        "expires": 4,
        "issued_at": 6,
        "document_id": 7,
        "type": -1,
        "record": -2,
        "verdict": -3,
        "state": -4,
        "invoice": -5,
        "signature": -6,
    }

    issuer: Annotated[
        str, Field(max_length=65, pattern=r"^[A-Za-z0-9_.-]{1,32}/[A-Za-z0-9_.-]{1,32}$")
    ]
    """Centre and kiosk, joined by a slash."""
    expires: Moment
    issued_at: Moment
    document_id: Bytes16
    type: SlipType
    record: Annotated[str, Field(min_length=1, max_length=RECORD_LENGTH, pattern=r"^[A-Z0-9-]+$")]
    verdict: VerdictCode | None = None
    state: StateCode | None = None
    invoice: Bytes16 | None = None
    """`invoice_hash` of what was asked about."""
    signature: SignatureState

    @model_validator(mode="after")
    def _fit(self) -> Self:
        check = self.type is SlipType.CHECK
        match = self.verdict is VerdictCode.MATCH
        fits = check == (self.verdict is not None) and match == (self.state is not None)
        if not fits or (self.invoice is not None and not check) or self.expires <= self.issued_at:
            # The text reaches no person: pydantic wants one, the fault carries the code.
            raise ValueError("claims")
        return self


def invoice_hash(key: bytes, document_id: bytes, identity: bytes) -> bytes:
    """The keyed hash that lets a holder of `key` ask: is this slip about that invoice?

    The document id is part of it, so that two slips about one invoice do not look alike.
    `identity` is `invoices.canonical.identity`.
    """
    told = _INVOICE_DOMAIN + document_id + identity
    return hmac.digest(key, told, hashlib.sha256)[:INVOICE_HASH_BYTES]
