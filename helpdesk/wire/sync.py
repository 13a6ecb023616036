"""What an enrolled kiosk and its server say to each other beside batches: keys and changes.

Every request here is signed (`request_signature`), every answer too (`answer_signature`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from helpdesk.wire import strict_cbor
from helpdesk.wire.binary import B64
from helpdesk.wire.enrolment import KioskKeys, check_keys
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.signing_key import VerifyingKey, kid_of
from helpdesk.wire.standing import Standing

if TYPE_CHECKING:
    from helpdesk.wire.signing_key import Signer

KEY_PATH: Final = "/api/v1/kiosks/key"
CHANGES_PATH: Final = "/api/v1/sync/changes"

MUST_REFETCH: Final = "sync.must_refetch"
"""410: the cursor is not of this log any more. Begin with none, swap the snapshot in whole."""
FENCED: Final = "kiosk.fenced"
"""403 of every signed call but push, to a kiosk that was fenced or quarantined."""

CURSOR_LENGTH: Final = 64
CHANGES: Final = 500
ANSWER_LENGTH: Final = 8 << 20
"""Bytes of the longest `ChangesAnswer` that a kiosk reads."""
VALUE_LENGTH: Final = 4 << 20
"""Bytes of the longest value of one change as JSON, and of the values of one answer together: with
what stands around them an answer stays below `ANSWER_LENGTH`."""

_KEY: Final = b"yanpiao/key-rotation/1\0"


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def key_id(kiosk: str, public: bytes) -> str:
    """The `keyid` of a kiosk's requests, such as `A03:1f2e3d4c`; `public` is its signing key."""
    return f"{kiosk}:{kid_of(public).hex()}"


class KeyRequest(_Message):
    """`POST` of new keys, signed by the old one; `proof` shows that the new one is held.

    Asking again with the same keys answers the same. Other keys take the place of keys that
    were registered and never used.
    """

    keys: KioskKeys
    proof: B64


class KeyState(StrEnum):
    """Registered keys wait beside the old ones; their first use retires those."""

    REGISTERED = "registered"
    ACTIVE = "active"


class KeyAnswer(_Message):
    """The id under which the new key signs from now on. The kiosk keeps the old until then."""

    keyid: Annotated[str, Field(min_length=1, max_length=64)]
    state: KeyState


def key_request(signer: Signer, kiosk: str, keys: KioskKeys) -> KeyRequest:
    """The request that registers `keys`; `signer` holds the new signing key."""
    return KeyRequest(keys=keys, proof=signer.sign(_key_statement(kiosk, keys)))


def check_key_request(given: KeyRequest, kiosk: str) -> None:
    """That whoever asks holds the new key, and alone.

    Raises:
        WireError: `signature.wrong`, `key.weak`.
    """
    check_keys(given.keys)
    key = VerifyingKey(given.keys.signing)
    if not key.holds(given.proof, _key_statement(kiosk, given.keys)):
        raise WireError(Fault.SIGNATURE_WRONG)


def _key_statement(kiosk: str, keys: KioskKeys) -> bytes:
    return _KEY + strict_cbor.encode([kiosk, keys.signing, keys.sealing])


class ChangesQuery(_Message):
    """What came after `cursor`; an empty one asks for everything that holds now."""

    cursor: Annotated[str, Field(max_length=CURSOR_LENGTH, pattern=r"^[A-Za-z0-9_-]*$")] = ""
    limit: Annotated[int, Field(ge=1, le=CHANGES)] = 200


class Change(_Message):
    """What `topic` says of `key` now; None: nothing any more. Unknown topics are kept unread."""

    topic: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,31}$")]
    key: Annotated[str, Field(max_length=64)]
    value: dict[str, JsonValue] | None = None


class ChangesAnswer(_Message):
    """Changes in the order of their commits, to be taken in one transaction with `cursor`.

    `more`: ask again at once. `standing` and `server_time` as in `PushAnswer`.
    """

    changes: tuple[Change, ...]
    cursor: Annotated[str, Field(max_length=CURSOR_LENGTH)]
    more: bool
    standing: Standing
    server_time: AwareDatetime
