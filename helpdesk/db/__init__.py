"""The database layer: SQLite and PostgreSQL behind one small surface."""

from __future__ import annotations

from helpdesk.db.database import Database, database_of
from helpdesk.db.errors import ConstraintError, DatabaseError
from helpdesk.db.group_commit import GroupCommit
from helpdesk.db.migration import migrate, pending
from helpdesk.db.transaction import Row, Transaction, Value

__all__ = [
    "ConstraintError",
    "Database",
    "DatabaseError",
    "GroupCommit",
    "Row",
    "Transaction",
    "Value",
    "database_of",
    "migrate",
    "pending",
]
