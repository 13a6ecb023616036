"""The bytes of an entry before they are sealed.

A form byte leads; the parts follow, parted by the unit separator, which no cell may hold. The
state is among them, so that a state changed in the clear column alone is found out.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from helpdesk.registry.columns import Entry
from helpdesk.registry.errors import RegistryError
from invoices.face import Face
from invoices.kinds import Kind
from invoices.verdict import State

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM: Final = "1"
_SEPARATOR: Final = "\x1f"
_PARTS: Final = 16
_KINDS: Final[Mapping[str, Kind]] = {kind.value: kind for kind in Kind}
_STATES: Final[Mapping[str, State]] = {state.value: state for state in State}


def encode(entry: Entry) -> bytes:
    """The bytes to seal; amounts in fen."""
    face = entry.face
    return _SEPARATOR.join(
        (
            FORM,
            face.kind,  # itself its text; `.value` takes 0.2 us
            face.code,
            face.number,
            face.issued_on.isoformat(),
            str(face.net),
            str(face.tax),
            str(face.total),
            face.check_code,
            face.seller_tax_id,
            face.seller_name,
            face.buyer_tax_id,
            face.buyer_name,
            entry.state,
            face.original_code,
            face.original_number,
        )
    ).encode()


def decode(plain: bytes) -> Entry:
    """The entry of these bytes. Raises `RegistryError` `registry.form` for any others."""
    parts = plain.decode().split(_SEPARATOR)
    if parts[0] != FORM or len(parts) != _PARTS:
        raise RegistryError("registry.form")
    _, kind, code, number, day, net, tax, total = parts[:8]
    check_code, seller_tax_id, seller_name, buyer_tax_id, buyer_name = parts[8:13]
    face = Face(
        _KINDS[kind],
        code,
        number,
        date.fromisoformat(day),
        int(net),
        int(tax),
        int(total),
        check_code,
        seller_tax_id,
        seller_name,
        buyer_tax_id,
        buyer_name,
        parts[14],
        parts[15],
    )
    return Entry(face, _STATES[parts[13]])
