"""What an enrolled kiosk is, and the form in which it is kept, sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict

from helpdesk.wire.binary import B16, B32, Base64
from helpdesk.wire.enrolment import RegionKey, ServerKeys
from helpdesk.wire.signing_key import VerifyingKey
from helpdesk.wire.standing import Standing
from helpdesk.wire.sync import key_id

if TYPE_CHECKING:
    from kiosk.identity.key_store import KeyPair


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Asking(_Form):
    """An enrolment under way: the same keys and journal ask again when an answer got lost."""

    code_name: B16
    key: str
    journal: B16


class Secrets(_Form):
    """What a fence destroys at once: with it, what this kiosk could say about invoices."""

    region_keys: tuple[RegionKey, ...] = ()
    invoice_key: B32


class Enrolled(_Form):
    """The enrolled kiosk as it is kept. Keys go by the names of their files.

    `previous` is kept after a rotation, for a server that is restored to before it; `following`
    is the key of a rotation that the server may have heard of. `closed`: it was fenced, has said
    all it had to say, and its database has got another key.
    """

    kiosk: str
    centre: str
    prefix: str
    server: ServerKeys
    trust: Annotated[bytes, Base64(0, 4 << 20)]
    secrets: Secrets | None
    standing: Standing = Standing.ACTIVE
    key: str | None
    key_since: datetime
    previous: str | None = None
    following: str | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """The kiosk as it speaks to its server: what it was leased, and its present keys.

    `secrets` is None once a fence has destroyed them.
    """

    kiosk: str
    centre: str
    prefix: str
    server: ServerKeys
    secrets: Secrets | None
    standing: Standing
    pair: KeyPair
    key_since: datetime

    @property
    def keyid(self) -> str:
        """The name of the present signing key."""
        return key_id(self.kiosk, self.pair.public.signing)

    @property
    def receipt_key(self) -> VerifyingKey:
        """The key that signs the server's answers and countersigns the journal."""
        return VerifyingKey(self.server.receipt)

    @property
    def trusted(self) -> bool:
        """Whether the server still answers what this kiosk asks."""
        return self.standing is Standing.ACTIVE
