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
    # Not of the two above: what a connection raises that died in the middle of an answer.
    asyncpg.InternalClientError,
    BaseORMException,
    OSError,
    TimeoutError,
)
_NO_SUCH = ("no such table", "no such column")


@contextmanager
def translated() -> Iterator[None]:
    """Turn a driver's exception into ours; the cause keeps the detail, the params do not.

    Raises:
        ConstraintError: A constraint refused the row.
        DatabaseError: ``db.schema`` where a table or column is missing, ``db.missing`` and
            ``db.login`` where PostgreSQL knows no such database or lets this user not in,
            ``db.unavailable`` for anything else the driver reports.
    """
    try:
        yield
    except _CONSTRAINTS as error:
        raise ConstraintError("db.constraint") from error
    except _DRIVER as error:
        raise DatabaseError(_code_of(error), reason=type(error).__name__) from error


def _code_of(error: BaseException) -> str:
    """What an operator can mend by one command has a code of its own."""
    for cause in (error, error.__cause__):
        if isinstance(cause, asyncpg.InvalidCatalogNameError):
            return "db.missing"
        if isinstance(cause, asyncpg.InvalidAuthorizationSpecificationError):
            return "db.login"
        if isinstance(cause, asyncpg.UndefinedTableError | asyncpg.UndefinedColumnError):
            return "db.schema"
        # SQLite has one code for all mistakes in SQL.
        if isinstance(cause, sqlite3.OperationalError) and str(cause).startswith(_NO_SUCH):
            return "db.schema"
    return "db.unavailable"


@contextmanager
def translated_orm() -> Iterator[None]:
    """Turn only tortoise's exceptions into ours: for a block that runs somebody else's code."""
    try:
        yield
    except BaseORMException as error:
        with translated():
            raise error from error.__cause__
