"""How a PostgreSQL server is spoken to, and by whose password."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpdesk.db.address import PostgresAddress

__all__ = ["credentials"]

_COMMAND_SECONDS = 30


def credentials(address: PostgresAddress) -> dict[str, Any]:
    """Return asyncpg's arguments for one connection. Reads files: call it in a thread."""
    return {
        "host": address.host,
        "port": address.port,
        "user": address.user,
        # Never None: asyncpg would then look for a password file of whoever runs it.
        "password": address.password or "",
        "database": address.database,
        "ssl": ssl.create_default_context() if address.tls else False,
        "command_timeout": _COMMAND_SECONDS,
    }
