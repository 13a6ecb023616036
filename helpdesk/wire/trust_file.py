"""A trust list with its revocation parts as JSON: on a stick, or in a change of topic `trust`."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from helpdesk.wire import sync
from helpdesk.wire.binary import Base64
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.trust_list import BUNDLE_LENGTH

PART_LENGTH: Final = 16 << 20


class TrustFile(BaseModel):
    """`bundle` proves itself; which part is which the list inside it says, by their digests."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    bundle: Annotated[bytes, Base64(1, BUNDLE_LENGTH)]
    parts: Annotated[
        tuple[Annotated[bytes, Base64(1, PART_LENGTH)], ...], Field(max_length=100_000)
    ] = ()

    @property
    def fits(self) -> bool:
        """Whether kiosks can pull it: a list that none can take must never be issued."""
        return len(self.model_dump_json()) <= sync.VALUE_LENGTH

    @classmethod
    def read(cls, data: bytes) -> Self:
        """The file of these bytes. Raises `WireError` `trust.form`."""
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            raise WireError(Fault.TRUST_FORM) from error
