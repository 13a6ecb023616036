"""The id of a slip, made from what only its holder, its kiosk and the server know.

Whoever shows a code with this id holds the slip, so it opens the record as the token does; and
the same slip printed again, or asked for after a restart, has the same id.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from helpdesk.wire.numbered import seconds
from helpdesk.wire.slip_claims import DOCUMENT_ID_BYTES, basis_of

if TYPE_CHECKING:
    from invoices.told import Told

_DOMAIN: Final = b"yanpiao/slip-document/1\0"


def document_id(record: str, token: str, told: Told) -> bytes:
    """The id of a check's slip: 16 bytes of the record's 96 bits of chance.

    A check's first slip and the one with the server's answer say different things and so are two
    documents, also where only that on which the answer rests is another.
    """
    basis, as_of = next(iter(basis_of(told).items()), ("", None))
    moment = "" if as_of is None else str(seconds(as_of))
    words = "\0".join((record, token, told.verdict, told.state or "", basis, moment))
    return hashlib.sha256(_DOMAIN + words.encode()).digest()[:DOCUMENT_ID_BYTES]
