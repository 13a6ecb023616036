"""Which kinds of entry there are. Adding one: a payload model, and its place in `KINDS` below.

A payload is written as canonical CBOR of its members by name, so that it can be read in twenty
years without this code. Members may be added with a default; a meaning never changes.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from helpdesk.wire import strict_cbor
from helpdesk.wire.check_entry import CheckPayload
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.journal_form import PLAINTEXT_LENGTH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helpdesk.wire.journal_payload import JournalPayload

_DEPTH: Final = 6


class Kinds:
    """A closed set of kinds; both processes are given one, tests may make their own."""

    def __init__(self, *payloads: type[JournalPayload]) -> None:
        self.payloads: Mapping[str, type[JournalPayload]] = MappingProxyType(
            {payload.KIND: payload for payload in payloads}
        )

    def write(self, payload: JournalPayload) -> bytes:
        """The plaintext of an entry. Raises `WireError` `journal.kind` for a foreign payload."""
        if self.payloads.get(payload.KIND) is not type(payload):
            raise WireError(Fault.JOURNAL_KIND, {"kind": payload.KIND})
        return strict_cbor.encode(payload.model_dump(mode="json", exclude_defaults=True))

    def read(self, kind: str, plaintext: bytes) -> JournalPayload:
        """What an entry of `kind` says.

        Raises:
            WireError: `journal.kind` for one that only a newer peer knows, `journal.payload` for
                bytes that are no such payload in its one spelling.
        """
        model = self.payloads.get(kind)
        if model is None:
            raise WireError(Fault.JOURNAL_KIND, {"kind": kind})
        try:
            value = strict_cbor.decode_any(plaintext, depth=_DEPTH, length=PLAINTEXT_LENGTH)
            payload = model.model_validate(value)
        except (WireError, ValidationError) as error:
            raise WireError(Fault.JOURNAL_PAYLOAD, {"kind": kind}) from error
        if self.write(payload) != plaintext:
            raise WireError(Fault.JOURNAL_PAYLOAD, {"kind": kind})
        return payload


KINDS: Final = Kinds(CheckPayload)
"""The kinds of this version."""
