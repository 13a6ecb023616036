"""Names that the key ring derives keys by, where more than one module asks for the same.

Each carries a version: the index root they come from never changes, so a secret that got out is
replaced by the next version here, and whoever held the old one holds nothing.
"""

from __future__ import annotations

from typing import Final

__all__ = ["OPERATOR_ACCESS", "RECEIPT"]

RECEIPT: Final = "receipt/1"
"""The key that kiosks pin at their enrolment: it signs answers, journals and packs."""
OPERATOR_ACCESS: Final = "operator-access/1"
"""The secret that the administrator's tools present."""
