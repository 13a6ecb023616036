"""The server's share of ``config.toml``: each key with its default, meaning and what it may hold.

The sections of the kiosk are accepted unread. ``YANPIAO_SECTION__KEY`` in the environment
overrides a key. Relative paths start at the folder of the file. Secrets are never in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

from helpdesk.config_values import (
    address,
    at_least,
    between,
    database_url,
    key_regions,
    networks,
    not_empty,
    one_of,
    public_site,
    short_name,
    zone,
)
from helpdesk.wire.site import Site

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Network, IPv6Network

    from helpdesk.config_values import Check

__all__ = [
    "KEYS",
    "OTHERS",
    "SECTIONS",
    "CentreSection",
    "Config",
    "DatabaseSection",
    "HelpdeskSection",
    "Key",
    "PacksSection",
    "SecuritySection",
]

OTHERS = ("kiosk", "scanner", "printer", "queue", "appointments", "tickets", "monitoring")
"""Sections that other parts read."""

UNREAD: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"packs": ("fetch_minutes", "kilobytes_per_second")}
)
"""Keys of our own sections that are the kiosk's to read."""


def _key(default: str | float, meaning: str, check: Check | None = None) -> Any:
    return field(default=default, metadata={"meaning": meaning, "check": check})


@dataclass(frozen=True, slots=True)
class CentreSection:
    """Who runs the server."""

    name: str = _key("税务服务中心", "name in Chinese", not_empty)
    name_en: str = _key("Tax service centre", "name in English", not_empty)
    address: str = _key("", "street address")
    hotline: str = _key("12366", "telephone number")
    hours: str = _key("工作日 9:00–17:00", "service hours, as shown to people")
    timezone: str = _key("Asia/Shanghai", "zone of the wall clock and of the business day", zone)

    @property
    def zone(self) -> ZoneInfo:
        """The centre's time zone."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class HelpdeskSection:
    """The server itself, and the rules of a check."""

    listen: str = _key("127.0.0.1:8080", "host:port to listen on; port 0 takes a free one", address)
    centre: str = _key("C01", "short name of the centre in what its keys sign", short_name)
    site: str = _key(
        "", "public address https://HOST that codes on slips open; empty: none", public_site
    )
    control: str = _key("data/helpdesk/control.sock", "socket for commands beside it", not_empty)
    log: str = _key("", "file for the log, JSON lines; empty: standard error")
    trusted_proxies: str = _key(
        "", "networks whose X-Forwarded-For is believed, with commas; empty: nobody's", networks
    )
    requests_per_minute: int = _key(
        120, "requests a minute of one unknown address; 0: no limit", at_least(0)
    )
    kiosk_requests_per_minute: int = _key(
        1200, "requests a minute of one kiosk; 0: no limit", at_least(0)
    )
    body_limit: int = _key(65536, "largest request body, bytes", between(1024, 16 * 1024 * 1024))
    body_seconds: float = _key(
        15.0,
        "seconds a request's body may take; a kiosk that proves itself: twice",
        between(0.1, 600),
    )
    connections_per_address: int = _key(
        256, "connections of one address at a time; 0: no limit", at_least(0)
    )
    check_seconds: float = _key(
        2.0, "seconds a check may take here; then 503 and the caller asks again", between(0.1, 60)
    )
    drain: float = _key(5.0, "seconds that running requests get at the end", between(0.1, 60))
    disk_floor: int = _key(200, "MiB free on the disk, below which it is not ready", at_least(0))
    next_day: bool = _key(
        default=False, meaning="the registry is a day late: invoices of today cannot be checked"
    )
    years: int = _key(5, "invoices older than this many years cannot; 0: any age", between(0, 100))
    daily_limit: int = _key(5, "checks of one invoice a day; 0: no limit", at_least(0))

    @property
    def public_site(self) -> Site | None:
        """The site of ``site``."""
        return Site.parse(self.site) if self.site else None

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of ``trusted_proxies``."""
        return tuple(
            ip_network(part.strip()) for part in self.trusted_proxies.split(",") if part.strip()
        )


@dataclass(frozen=True, slots=True)
class DatabaseSection:
    """Where the rows are."""

    url: str = _key(
        "sqlite://data/helpdesk/helpdesk.sqlite3",
        "sqlite://PATH or postgres://user@host:port/name",
        database_url,
    )
    password_file: str = _key(
        "", "file of mode 0600 with nothing but PostgreSQL's password; empty: none"
    )


@dataclass(frozen=True, slots=True)
class SecuritySection:
    """Keys and limits."""

    keys: str = _key("data/helpdesk/keys", "folder of the key ring", not_empty)
    shared_access: bool = _key(
        default=True, meaning="kiosks that are not enrolled may use the secret they all share"
    )
    guesses_per_minute: int = _key(
        20, "failed checks a minute of one address or kiosk; 0: no limit", at_least(0)
    )


@dataclass(frozen=True, slots=True)
class PacksSection:
    """Verification packs: what kiosks answer from while the network is gone."""

    folder: str = _key("data/helpdesk/packs", "folder of the finished packs", not_empty)
    build: bool = _key(default=True, meaning="a running server builds them by itself")
    every_minutes: int = _key(60, "longest time between two builds, minutes", between(1, 1440))
    expiry_hours: int = _key(
        36, "hours after which a kiosk no longer says a plain 'normal'", between(1, 744)
    )
    regions: str = _key(
        "all",
        'regions with a key of their own, as in "north:11,12; south:44"; a bare name: the rest',
        key_regions,
    )
    epoch: int = _key(1, "number of the packs' keys; a new one makes new keys", between(1, 65535))
    label: int = _key(16, "f1: bits that tell not found from mismatch", between(0, 16))
    body: int = _key(32, "f2: bits that guard against an altered invoice", one_of(16, 20, 24, 32))
    rounds: int = _key(0, "slow hash of what an invoice says, rounds; 0: off", between(0, 100_000))
    prf: str = _key(
        "blake2b", "keyed digest of the packs", one_of("blake2b", "hmac_sha256", "hmac_sm3")
    )


@dataclass(frozen=True, slots=True)
class Config:
    """All the server reads, checked. ``folder`` is where relative paths start."""

    folder: Path
    centre: CentreSection
    helpdesk: HelpdeskSection
    database: DatabaseSection
    security: SecuritySection
    packs: PacksSection

    _SQLITE: ClassVar[str] = "sqlite://"

    @property
    def control(self) -> Path:
        """The control socket."""
        return self.folder / self.helpdesk.control

    @property
    def log(self) -> Path | None:
        """The log file; None for standard error."""
        return self.folder / self.helpdesk.log if self.helpdesk.log else None

    @property
    def keys(self) -> Path:
        """The folder of the key ring."""
        return self.folder / self.security.keys

    @property
    def packs_folder(self) -> Path:
        """The folder of the packs."""
        return self.folder / self.packs.folder

    @property
    def sqlite_path(self) -> Path | None:
        """The database file; None on PostgreSQL."""
        if not self.database.url.startswith(self._SQLITE):
            return None
        return self.folder / self.database.url.removeprefix(self._SQLITE)

    @property
    def database_url(self) -> str:
        """The address of the database, a file's path made absolute."""
        path, file = self.sqlite_path, self.database.password_file
        if path is not None:
            return f"{self._SQLITE}{path.absolute()}"
        if not file:
            return self.database.url
        mark = "&" if "?" in self.database.url else "?"
        secret = quote(str((self.folder / file).absolute()), safe="")
        return f"{self.database.url}{mark}password_file={secret}"

    @property
    def listen(self) -> tuple[str, int]:
        """Host and port to listen on."""
        host, _, port = self.helpdesk.listen.rpartition(":")
        return host.strip("[]"), int(port)


SECTIONS: Mapping[str, type[Any]] = {
    "centre": CentreSection,
    "helpdesk": HelpdeskSection,
    "database": DatabaseSection,
    "security": SecuritySection,
    "packs": PacksSection,
}


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the file."""

    section: str
    name: str
    default: str | float
    meaning: str
    check: Check | None

    @property
    def path(self) -> str:
        """``section.name``, as messages name it."""
        return f"{self.section}.{self.name}"


def _keys() -> tuple[Key, ...]:
    return tuple(
        Key(section, each.name, cast("str | float", each.default), **each.metadata)
        for section, shape in SECTIONS.items()
        for each in fields(shape)
    )


KEYS = _keys()
"""Every key the server reads, in the order of the example file."""
