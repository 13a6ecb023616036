"""What the database can refuse, and the one place where driver exceptions are wrapped."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

import asyncpg
from tortoise.exceptions import BaseORMException, IntegrityError

from helpdesk.errors import HelpdeskError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ConstraintError", "DatabaseError", "translated", "translated_orm"]


class DatabaseError(HelpdeskError):
    """The database refused or could not be reached: ``db.*`` codes."""


class ConstraintError(DatabaseError):
    """A unique, foreign-key or check constraint refused the row: ``db.constraint``."""


_CONSTRAINTS = (
    sqlite3.IntegrityError,
    asyncpg.IntegrityConstraintViolationError,
    IntegrityError,
)
_DRIVER = (
    sqlite3.Error,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    BaseORMException,
    OSError,
    TimeoutError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Turn a driver's exception into ours; the cause keeps the detail, the params do not.

    Raises:
        ConstraintError: A constraint refused the row.
        DatabaseError: ``db.unavailable`` for anything else the driver reports.
    """
    try:
        yield
    except _CONSTRAINTS as error:
        raise ConstraintError("db.constraint") from error
    except _DRIVER as error:
        raise DatabaseError("db.unavailable", reason=type(error).__name__) from error


@contextmanager
def translated_orm() -> Iterator[None]:
    """Turn only tortoise's exceptions into ours: for a block that runs somebody else's code."""
    try:
        yield
    except BaseORMException as error:
        with translated():
            raise error from error.__cause__
