"""What the signed code of a slip says."""

from __future__ import annotations

import hashlib
import hmac
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Self

from pydantic import Field, model_validator

from helpdesk.wire.numbered import Bytes16, Moment, Numbered
from invoices.told import Told
from invoices.verdict import Source, State, Verdict

if TYPE_CHECKING:
    from datetime import datetime

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


class Basis(StrEnum):
    """What an answer rests on; the claim of this name holds as of when."""

    REGISTRY = "registry"
    PACK = "pack"
    OUTDATED = "outdated"
    """A pack whose time was over when it answered, so that normal is only how it was then."""
    UPSTREAM = "upstream"

    @property
    def source(self) -> Source:
        """The source it stands for."""
        return Source.PACK if self is Basis.OUTDATED else Source(self.value)


class SlipClaims(Numbered):
    """The claims. 1, 4, 6 and 7 are those of a CWT (RFC 8392), the negative ones our own.

    A check names its verdict, a match its state, and `invoice` if one was asked about; at most
    one `Basis`, and one where something was looked for. The other types name none of these.
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
        "registry": -7,
        "pack": -8,
        "outdated": -9,
        "upstream": -10,
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
    registry: Moment | None = None
    pack: Moment | None = None
    outdated: Moment | None = None
    upstream: Moment | None = None

    @property
    def told(self) -> Told | None:
        """The answer of a check, None of any other slip."""
        if self.verdict is None:
            return None
        state = None if self.state is None else self.state.state
        for basis, as_of in self._bases():
            outdated = basis is Basis.OUTDATED
            return Told(self.verdict.verdict, state, basis.source, as_of, outdated)
        return Told(self.verdict.verdict, state)

    @model_validator(mode="after")
    def _fit(self) -> Self:
        told, bases = self.told, self._bases()
        if told is None:
            fits = self.state is None and self.invoice is None and not bases
        else:
            fits = told.coherent and len(bases) <= 1
        check = self.type is SlipType.CHECK
        if not fits or check != (told is not None) or self.expires <= self.issued_at:
            # The text reaches no person: pydantic wants one, the fault carries the code.
            raise ValueError("claims")
        return self

    def _bases(self) -> list[tuple[Basis, datetime]]:
        given = ((basis, getattr(self, basis)) for basis in Basis)
        return [(basis, as_of) for basis, as_of in given if as_of is not None]


def basis_of(told: Told) -> dict[str, datetime]:
    """The one claim that says what an answer rests on; empty where nobody was asked."""
    if told.source is None or told.as_of is None:
        return {}
    return {Basis.OUTDATED if told.outdated else Basis(told.source.value): told.as_of}


def invoice_hash(key: bytes, document_id: bytes, identity: bytes) -> bytes:
    """The keyed hash that lets a holder of `key` ask: is this slip about that invoice?

    The document id is part of it, so that two slips about one invoice do not look alike.
    `identity` is `invoices.canonical.identity`.
    """
    told = _INVOICE_DOMAIN + document_id + identity
    return hmac.digest(key, told, hashlib.sha256)[:INVOICE_HASH_BYTES]
