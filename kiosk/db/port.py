"""The narrow port to the database: all SQL of the kiosk goes through these few calls."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from kiosk.errors import KioskError

Value = str | bytes | int | float | None
Row = tuple[Any, ...]


class StoreError(KioskError):
    """The database cannot be used, or did not keep what it was given."""


class Transaction(Protocol):
    """One open transaction."""

    async def execute(self, sql: str, *args: Value) -> int:
        """Run one statement; the number of rows it changed.

        Raises:
            StoreError: `store.conflict` for a broken constraint, `store.not_saved` otherwise.
        """

    async def fetch(self, sql: str, *args: Value) -> list[Row]:
        """All rows of one query."""


class Connection(Protocol):
    """A database with one writer. Calls of several tasks take turns."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """All or nothing. What the block did is durable once it is left without an error.

        Raises:
            StoreError: `store.not_saved`; nothing of the block was kept. Do it again from the
                start or tell the visitor, never commit the same transaction twice.
        """

    async def fetch(self, sql: str, *args: Value) -> list[Row]:
        """All rows of one query outside of any transaction.

        Raises:
            StoreError: `store.unreadable`.
        """

    async def close(self) -> None:
        """Let go of the file; waits for a transaction under way."""
