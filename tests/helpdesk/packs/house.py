"""A registry whose packs are built, with a clock that is set by hand, and a kiosk's view of it."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from helpdesk.config import Config
from helpdesk.config_file import load
from helpdesk.db import Database
from helpdesk.ids import SystemIds
from helpdesk.packs.published import Published
from helpdesk.packs.service import PackService, Report
from helpdesk.registry.columns import Entry
from helpdesk.registry.importing import Importer
from helpdesk.registry.store import RegistryStore
from helpdesk.registry.totals import Totals
from helpdesk.resources import Resources
from helpdesk.security import KeyRing
from helpdesk.texts import Texts
from helpdesk.wire import pack_manifest
from helpdesk.wire.pack_manifest import Manifest
from invoices.claim import from_face
from invoices.face import Face
from invoices.kinds import Kind
from invoices.pack import Overlay, PackAnswer, PackSet, Segment
from invoices.verdict import State
from tests.helpdesk.registry.room import file_of

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
CONFIG = """
[packs]
{packs}
[database]
url = "sqlite://unused.sqlite3"
[security]
keys = "keys"
"""


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def move(self, **time: float) -> None:
        self.at += timedelta(**time)


def entry(number: int, day: date, state: State = State.NORMAL, region: str = "11") -> Entry:
    """An invented invoice of that day."""
    face = Face(
        kind=Kind.DIGITAL_ORDINARY,
        code="",
        number=f"{day:%y}{region}2000000000{number:06d}",
        issued_on=day,
        net=10_000 + number,
        tax=600,
        total=10_600 + number,
        seller_tax_id="91110000DEM00001XX",
        seller_name="示例合同有限公司",
        buyer_name="个人",
    )
    return Entry(face, state)


@dataclass
class House:
    """One installation."""

    config: Config
    database: Database
    ring: KeyRing
    clock: Clock
    folder: Path

    @property
    def service(self) -> PackService:
        resources = Resources(
            self.config, self.clock, SystemIds(self.clock), self.database, self.ring, Texts({})
        )
        return PackService(resources)

    def with_dials(self, **dials: Any) -> House:
        packs = replace(self.config.packs, **dials)
        return replace_house(self, replace(self.config, packs=packs))

    async def take(self, *entries: Entry) -> None:
        """Import them, as `helpdesk import` does."""
        today = self.clock.now().astimezone(self.config.centre.zone).date()
        store = RegistryStore(self.database, self.ring)
        importer = Importer(self.database, store, Totals(self.database, self.ring), today)
        path = await file_of(self.folder / "import.csv", entries)
        async with aclosing(importer.run(path)) as events:
            told = [event async for event in events]
        assert getattr(told[-1], "refused", None) == 0, told

    async def build(self) -> Report:
        async with aclosing(self.service.build()) as events:
            told = [event async for event in events]
        assert isinstance(told[-1], Report)
        return told[-1]

    async def published(self) -> Published:
        return await asyncio.to_thread(self.service.shelf.load)

    async def manifest(self) -> Manifest:
        data = await asyncio.to_thread(self.service.shelf.manifest)
        assert data is not None
        return pack_manifest.read(data, [self.service.keys.signer.key]).manifest

    async def packs(self) -> PackSet:
        """All that counts, opened as a kiosk would."""
        manifest = await self.manifest()
        return await asyncio.to_thread(self._opened, manifest)

    async def ask(self, asked: Entry) -> PackAnswer:
        return (await self.packs()).look_up(from_face(asked.face))

    def _opened(self, manifest: Manifest) -> PackSet:
        service = self.service
        keys = service.keys.all()
        segments, overlays = [], []
        for file in manifest.files:
            view = memoryview((service.shelf.public / file.name).read_bytes())
            if file.overlay:
                overlays.append(Overlay.open(view, keys))
            else:
                segments.append(Segment.open(view, keys))
        return PackSet(segments, overlays)


def replace_house(house: House, config: Config) -> House:
    return House(config, house.database, house.ring, house.clock, house.folder)


def make_house(folder: Path, database: Database, packs: str = "") -> House:
    file = folder / "config.toml"
    file.write_text(CONFIG.format(packs=packs), encoding="utf-8")
    config = load(file, {})
    return House(config, database, KeyRing.create(config.keys), Clock(), folder)
