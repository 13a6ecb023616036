"""The id of a slip, made from what only its holder, its kiosk and the server know.

Whoever shows a code with this id holds the slip, so it opens the record as the token does; and
the same slip printed again, or asked for after a restart, has the same id.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from helpdesk.wire.slip_claims import DOCUMENT_ID_BYTES

if TYPE_CHECKING:
    from invoices.verdict import State, Verdict

_DOMAIN: Final = b"yanpiao/slip-document/1\0"


def document_id(record: str, token: str, verdict: Verdict, state: State | None) -> bytes:
    """The id of a check's slip: 16 bytes of the record's 96 bits of chance.

    A kept check's first slip and the one with its answer say different things and so are two
    documents.
    """
    told = "\0".join((record, token, verdict, state or ""))
    return hashlib.sha256(_DOMAIN + told.encode()).digest()[:DOCUMENT_ID_BYTES]
