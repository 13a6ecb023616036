"""What a configuration may hold for a trial but not for the public."""

from __future__ import annotations

import asyncio
import os
from ipaddress import ip_address
from typing import TYPE_CHECKING

from helpdesk.config_file import Problem
from helpdesk.db.address import PostgresAddress, parse_address
from helpdesk.db.errors import DatabaseError
from helpdesk.key_check import LOST, OTHER, check_keys_beside, open_ring
from helpdesk.security import KeyRing, KeyRingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from helpdesk.config import Config

__all__ = ["database_problems", "problems_of", "production_problems", "trial_problems"]

_OF_DATABASE = (OTHER, LOST)
_PASSING = ("/tmp", "/var/tmp", "/dev/shm", "/run")  # noqa: S108 - named to be refused


def trial_problems(config: Config) -> list[Problem]:
    """Return what keeps the server from starting here: keys or database folder."""
    return [*_keys(config), *_database(config)]


def production_problems(config: Config) -> list[Problem]:
    """Return everything that must be set before strangers use it."""
    return [*trial_problems(config), *_network(config), *_rules(config), *_places(config)]


def problems_of(config: Config, *, production: bool) -> list[Problem]:
    """Return what a person who asks about `config` must know.

    Keys that are not the database's count always; that it cannot be asked, and all that only
    strangers would suffer from, with `production` only.
    """
    found = asyncio.run(database_problems(config))
    lost = any(problem.code == LOST for problem in found)
    if not production:
        return [problem for problem in found if problem.code in _OF_DATABASE]
    # "Make new keys" is no advice where a database needs the old ones.
    asked = [p for p in production_problems(config) if not (lost and p.code == "keys.missing")]
    return [*asked, *found]


async def database_problems(config: Config) -> list[Problem]:
    """Return what is wrong between the keys and the database, which a server may have open."""
    try:
        await check_keys_beside(config, await open_ring(config))
    except DatabaseError as error:
        return [Problem(error.code, error.params)]
    except KeyRingError as error:
        # That there are no good keys at all is told already.
        return [Problem(error.code, error.params)] if error.code in _OF_DATABASE else []
    return []


def _keys(config: Config) -> Iterator[Problem]:
    try:
        KeyRing.open(config.keys)
    except KeyRingError as error:
        yield Problem(error.code, error.params)


def _database(config: Config) -> Iterator[Problem]:
    path = config.sqlite_path
    if path is not None and not _writable(path):
        yield Problem("db.path", {"path": str(path)})


def _network(config: Config) -> Iterator[Problem]:
    if not _loopback(config.listen[0]):
        yield Problem("production.listen", {"key": "helpdesk.listen"})
    if not config.helpdesk.proxies:
        yield Problem("production.proxies", {"key": "helpdesk.trusted_proxies"})
    address = parse_address(config.database_url)
    if isinstance(address, PostgresAddress) and not address.tls and not _near(address.host):
        yield Problem("production.database_tls", {"key": "database.url"})
    if isinstance(address, PostgresAddress) and address.password is not None:
        yield Problem("production.database_password", {"key": "database.url"})


def _rules(config: Config) -> Iterator[Problem]:
    for name in ("requests_per_minute", "kiosk_requests_per_minute", "daily_limit"):
        if not getattr(config.helpdesk, name):
            yield Problem("production.unlimited", {"key": f"helpdesk.{name}"})
    if not config.security.guesses_per_minute:
        yield Problem("production.unlimited", {"key": "security.guesses_per_minute"})
    if config.security.shared_access:
        yield Problem("production.shared_access", {"key": "security.shared_access"})
    if not config.centre.address:
        yield Problem("production.centre", {"key": "centre.address"})


def _places(config: Config) -> Iterator[Problem]:
    places = {"security.keys": config.keys, "database.url": config.sqlite_path}
    for key, path in places.items():
        if path is not None and str(path.absolute()).startswith(_PASSING):
            yield Problem("production.passing", {"key": key, "path": str(path)})


def _writable(path: Path) -> bool:
    place = path if path.exists() else path.parent
    return os.access(path.parent, os.W_OK | os.X_OK) and os.access(place, os.W_OK)


def _near(host: str) -> bool:
    return host.startswith("/") or _loopback(host)


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
