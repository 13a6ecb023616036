"""Where the database is.

``sqlite://PATH``, ``postgres://user:password@host:port/name``, or for a Unix socket
``postgres://user@/name?host=/run/postgresql``. A server on another machine is spoken to over
TLS with its certificate checked; ``?tls=off`` is for a link that is private in another way.
``?password_file=PATH`` names a file of mode 0600 that holds the password alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from helpdesk.db.errors import DatabaseError

__all__ = ["PostgresAddress", "SqliteAddress", "parse_address"]

_DEFAULT_PORT = 5432


@dataclass(frozen=True, slots=True)
class SqliteAddress:
    """A file on this machine."""

    path: Path


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """A PostgreSQL database (or one that speaks its protocol)."""

    host: str
    port: int
    user: str
    password: str | None
    database: str
    tls: bool
    password_file: Path | None = None

    def __repr__(self) -> str:
        """Show where, never the password."""
        return f"PostgresAddress({self.host}:{self.port}/{self.database})"


def parse_address(url: str) -> SqliteAddress | PostgresAddress:
    """Read a database URL.

    ``sqlite://name.sqlite3`` is relative to the working folder, ``sqlite:///srv/a.sqlite3``
    absolute. Other options are not taken from the URL: durability is not configurable.

    Raises:
        DatabaseError: ``db.url`` when it is neither form, or is incomplete.
    """
    scheme, separator, rest = url.partition("://")
    if separator and scheme == "sqlite" and rest and "?" not in rest and rest != ":memory:":
        return SqliteAddress(Path(rest))
    if separator and scheme in {"postgres", "postgresql"}:
        return _postgres(url)
    raise DatabaseError("db.url")


def _postgres(url: str) -> PostgresAddress:
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORT
        options = parse_qs(parts.query, strict_parsing=bool(parts.query), max_num_fields=3)
        # A folder with a Unix socket cannot stand in a URL's host part.
        (host,) = options.pop("host", [parts.hostname or ""])
        (file,) = options.pop("password_file", [""])
        (tls,) = options.pop("tls", ["off" if _stays_here(host) else "on"])
    except ValueError as error:
        raise DatabaseError("db.url") from error
    name = unquote(parts.path.lstrip("/"))
    if options or not host or not parts.username or not name or tls not in {"on", "off"}:
        raise DatabaseError("db.url")
    password = unquote(parts.password) if parts.password else None
    return PostgresAddress(
        host,
        port,
        unquote(parts.username),
        password,
        name,
        tls == "on",
        Path(file) if file else None,
    )


def _stays_here(host: str) -> bool:
    return host.startswith("/") or host in {"localhost", "127.0.0.1", "::1"}
