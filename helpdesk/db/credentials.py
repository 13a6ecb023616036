"""How a PostgreSQL server is spoken to, and by whose password."""

from __future__ import annotations

import os
import ssl
import stat
from typing import TYPE_CHECKING, Any

from helpdesk.db.errors import DatabaseError

if TYPE_CHECKING:
    from pathlib import Path

    from helpdesk.db.address import PostgresAddress

__all__ = ["credentials"]

_COMMAND_SECONDS = 30


def credentials(address: PostgresAddress) -> dict[str, Any]:
    """Return asyncpg's arguments for one connection. Reads files: call it in a thread.

    Raises:
        DatabaseError: ``db.password_file`` for one that is not there, or that others may read.
    """
    file = address.password_file
    password = address.password if file is None else _password(file)
    return {
        "host": address.host,
        "port": address.port,
        "user": address.user,
        # Never None: asyncpg would then look for a password file of whoever runs it.
        "password": password or "",
        "database": address.database,
        "ssl": ssl.create_default_context() if address.tls else False,
        "command_timeout": _COMMAND_SECONDS,
    }


def _password(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            password = opened.read().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DatabaseError("db.password_file", path=str(file)) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO) or not password:
        raise DatabaseError("db.password_file", path=str(file))
    return password
