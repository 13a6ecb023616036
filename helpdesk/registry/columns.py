"""The columns of a registry file (import, export, demo data), and a row of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from invoices.money import format_fen

if TYPE_CHECKING:
    from invoices.face import Face
    from invoices.verdict import State

COLUMNS = (
    "kind",
    "code",
    "number",
    "issued_on",
    "net_amount",
    "tax_amount",
    "total_amount",
    "check_code",
    "seller_tax_id",
    "seller_name",
    "buyer_tax_id",
    "buyer_name",
    "state",
    "original_code",
    "original_number",
)
REQUIRED = ("kind", "number", "issued_on", "net_amount", "tax_amount", "total_amount")


@dataclass(frozen=True, slots=True)
class Entry:
    """One invoice of the registry: its face, and its state today."""

    face: Face
    state: State


def cells_of(entry: Entry) -> tuple[str, ...]:
    """The cells of a row in the order of `COLUMNS`; amounts in yuan, the day as ISO text."""
    face = entry.face
    return (
        face.kind.value,
        face.code,
        face.number,
        face.issued_on.isoformat(),
        format_fen(face.net),
        format_fen(face.tax),
        format_fen(face.total),
        face.check_code,
        face.seller_tax_id,
        face.seller_name,
        face.buyer_tax_id,
        face.buyer_name,
        entry.state.value,
        face.original_code,
        face.original_number,
    )
