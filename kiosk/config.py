"""The kiosk's share of `config.toml`: what each key means, its default, and what it may hold.

| who | reads |
| --- | --- |
| kiosk | the sections below, strictly |
| helpdesk | its own sections; here they are accepted unread |

`YANPIAO_SECTION__KEY` in the environment overrides a key. Relative paths start at the folder of
the file. Secrets come from files named here, never from this file.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from kiosk.config_values import (
    Check,
    address,
    at_least,
    between,
    language,
    one_of,
    prefix,
    url,
    zone,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

OTHERS = (
    *("helpdesk", "database", "security", "queue", "appointments", "tickets"),
    "monitoring",
)
"""Sections of the other process."""

UNREAD: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "packs": (
            *("folder", "build", "every_minutes", "expiry_hours", "regions", "epoch"),
            *("label", "body", "rounds", "prf"),
        )
    }
)
"""Keys of our own sections that are the other process' to read."""


def _key(default: str | float, meaning: str, check: Check | None = None) -> Any:
    return field(default=default, metadata={"meaning": meaning, "check": check})


@dataclass(frozen=True, slots=True)
class CentreSection:
    """Who runs the kiosk."""

    name: str = _key("税务服务中心", "name in Chinese, on screen and slip")
    name_en: str = _key("Tax service centre", "name in English")
    address: str = _key("", "street address, shown in help")
    hotline: str = _key("12366", "telephone shown in help and on slips")
    hours: str = _key("工作日 9:00–17:00", "service hours, as shown to people")
    timezone: str = _key("Asia/Shanghai", "zone of the wall clock and of the business day", zone)


@dataclass(frozen=True, slots=True)
class KioskSection:
    """The kiosk itself."""

    data: str = _key("data/kiosk", "folder of database, key, control socket and log")
    server: str = _key("http://127.0.0.1:8080", "URL of the helpdesk server", url)
    access: str = _key("", "file with the kiosk-access secret; empty: ask anonymously")
    prefix: str = _key("A03", "leads this kiosk's record numbers; no two kiosks share one", prefix)
    idle: int = _key(60, "seconds without a touch until the screen clears", between(20, 3600))
    language: str = _key("zh_CN", "language a visitor meets first: zh_CN or en", language)
    theme: str = _key("default", "default or contrast", one_of("default", "contrast"))
    next_day: bool = _key(
        default=False, meaning="the registry is a day late: refuse invoices of today"
    )
    bell: bool = _key(
        default=False,
        meaning="ring the terminal's bell for each scan: once understood, twice refused",
    )
    samples: str = _key("", "file of sample codes for the demo's sheet (F9); empty: none")
    keep_days: int = _key(
        7,
        "days that details of checks and slips stay here after the server has them",
        between(1, 35),
    )
    slip_days: int = _key(180, "days after which a slip's code proves nothing", between(1, 366))
    years: int = _key(5, "refuse invoices older than this many years; 0: none", between(0, 100))


@dataclass(frozen=True, slots=True)
class ScannerSection:
    """Where scans come from."""

    keyboard: bool = _key(default=True, meaning="a scanner that types like a keyboard is in use")
    gap_ms: int = _key(35, "longest pause inside a typed scan, milliseconds", between(5, 500))
    min_length: int = _key(8, "shortest burst taken for a scan, characters", between(2, 64))
    prefix: str = _key(
        "stx",
        "stx: a code may begin with STX; empty: scanners here never send it",
        one_of("", "stx"),
    )
    repeat_seconds: float = _key(
        3.0,
        "seconds after a code was last read in which reading it again is the same check",
        between(0, 60),
    )
    serial: str = _key("", "device of a serial scanner such as /dev/ttyACM0; empty: none")
    baud: int = _key(9600, "speed of the serial scanner", between(300, 4_000_000))


@dataclass(frozen=True, slots=True)
class PrinterSection:
    """Where slips go."""

    kind: str = _key(
        "none", "tcp, serial, usb, file or none", one_of("tcp", "serial", "usb", "file", "none")
    )
    address: str = _key("", "host:port, device, vid:pid or path, as the kind asks", address)
    baud: int = _key(9600, "speed of a serial printer", between(300, 4_000_000))
    flow: str = _key(
        "none",
        "flow control of a serial printer: none, rtscts, dsrdtr or xonxoff, as its switches say",
        one_of("none", "rtscts", "dsrdtr", "xonxoff"),
    )
    columns: int = _key(32, "characters in a line: 32 (58 mm) or 48 (80 mm)", one_of(32, 48))
    text: str = _key("gb18030", "gb18030 or raster", one_of("gb18030", "raster"))
    qr: str = _key("native", "native or image", one_of("native", "image"))
    font: str = _key("", "font file for lines drawn as pictures; empty: the one installed with us")
    status: bool = _key(default=True, meaning="the printer answers status queries")
    deadline: float = _key(3.0, "seconds for one write or one answer", between(0.2, 60))
    expire: int = _key(600, "seconds after which a waiting slip is given up", at_least(10))


@dataclass(frozen=True, slots=True)
class PacksSection:
    """Offline data: how they come here."""

    fetch_minutes: int = _key(
        5, "minutes between two looks for newer offline data", between(1, 1440)
    )
    kilobytes_per_second: int = _key(
        0, "most that downloading offline data may take of the line; 0: all", at_least(0)
    )


@dataclass(frozen=True, slots=True)
class Config:
    """All the kiosk reads, checked. `folder` is where relative paths start."""

    folder: Path
    centre: CentreSection
    kiosk: KioskSection
    scanner: ScannerSection
    printer: PrinterSection
    packs: PacksSection

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / self.kiosk.data

    @property
    def control(self) -> Path:
        """The control socket of a running kiosk."""
        return self.data / "control.sock"

    @property
    def access(self) -> Path | None:
        """The file with the secret that names this kiosk to the server."""
        return self.folder / self.kiosk.access if self.kiosk.access else None

    @property
    def font(self) -> Path | None:
        """The file of the printer's own font."""
        return self.folder / self.printer.font if self.printer.font else None

    @property
    def zone(self) -> ZoneInfo:
        """The centre's time zone."""
        # Read from the system's files: not before it is needed.
        from zoneinfo import ZoneInfo

        return ZoneInfo(self.centre.timezone)


SECTIONS: Mapping[str, type[Any]] = {
    "centre": CentreSection,
    "kiosk": KioskSection,
    "scanner": ScannerSection,
    "printer": PrinterSection,
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
        """`section.name`, as messages name it."""
        return f"{self.section}.{self.name}"


def _keys() -> tuple[Key, ...]:
    return tuple(
        Key(section, f.name, cast("str | float", f.default), *f.metadata.values())
        for section, shape in SECTIONS.items()
        for f in fields(shape)
    )


KEYS = _keys()
"""Every key the kiosk reads, in the order of the example file."""
