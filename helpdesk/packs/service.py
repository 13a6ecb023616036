"""Builds the packs of an installation and lets them count."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from helpdesk.clock import today
from helpdesk.packs.extract import Extract
from helpdesk.packs.job import Job
from helpdesk.packs.keys import EXTRACT, PackKeys
from helpdesk.packs.plan import Homes, Plan, Scene, check_count, plan
from helpdesk.packs.published import Piece, Published
from helpdesk.packs.shelf import Shelf, building
from helpdesk.packs.workshop import workshop
from helpdesk.registry.store import RegistryStore
from helpdesk.registry.totals import Totals
from helpdesk.wire import pack_manifest
from helpdesk.wire.pack_manifest import Manifest
from invoices import canonical
from invoices.dates import years_before
from invoices.pack.header import FORMAT

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from helpdesk.config import PacksSection
    from helpdesk.packs.extract import Survey
    from helpdesk.packs.plan import Build
    from helpdesk.packs.workshop import Workshop
    from helpdesk.resources import Resources


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the files to build are done."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did: files and their bytes, invoices in all packs, rows that were left out.

    `version` is 0 where there is nothing to publish: the registry is empty.
    """

    version: int = 0
    built: int = 0
    bytes: int = 0
    files: int = 0
    invoices: int = 0
    unreadable: int = 0


class PackService:
    """The packs of one installation."""

    def __init__(self, resources: Resources) -> None:
        self._config = resources.config
        self._clock = resources.clock
        self.keys = PackKeys(resources.keys, resources.config.packs)
        self.shelf = Shelf(resources.config.packs_folder)
        self._store = RegistryStore(resources.database, resources.keys)
        totals = Totals(resources.database, resources.keys)
        self._extract = Extract(resources.database, self._store, totals, self.keys.regions)

    async def revision(self) -> int | None:
        """The registry's last write; None while it is empty."""
        return await self._store.revision()

    async def build(self) -> AsyncGenerator[Progress | Report, None]:
        """Build what is needed, sign the new list, and let it count; the report comes last.

        Raises:
            PacksError: Why not; what counted before still does.
            DatabaseError: The registry could not be read to its end.
        """
        async with building(self.shelf):
            await asyncio.to_thread(self.shelf.prepare)
            before = await asyncio.to_thread(self.shelf.load)
            survey = await self._extract.survey(before.revision)
            if survey is None:
                yield Report()
                return
            as_of = max(self._seconds(), before.as_of + 1)
            plans = [plan(self._scene(name, survey, before, as_of)) for name in survey.days]
            check_count(plans)
            made: list[Piece] = []
            total = sum(len(each.builds) for each in plans)
            yield Progress(0, total)
            async with workshop(self._config) as shop:
                for each in plans:
                    segments: list[Piece] = []
                    for build in each.builds:
                        piece = await self._made(shop, build, survey, as_of, each, segments)
                        segments.append(piece)
                        made.append(piece)
                        yield Progress(len(made), total)
            yield await self._publish(before, survey, as_of, plans, made)

    def manifest_of(self, published: Published, now: datetime) -> bytes:
        """The signed list of what counts, good from now on."""
        hours = timedelta(hours=self._config.packs.expiry_hours)
        manifest = Manifest(
            version=published.version,
            issued_at=now,
            expires=now + hours,
            as_of=datetime.fromtimestamp(published.as_of, UTC),
            files=tuple(piece.file for piece in published.pieces),
        )
        return pack_manifest.sign(self.keys.signer, manifest)

    def _scene(self, region: str, survey: Survey, before: Published, as_of: int) -> Scene:
        key, dials = self.keys.key(region), dials_of(self._config.packs)
        same = [
            piece
            for piece in before.pieces
            if (piece.region, piece.epoch, piece.dials) == (key.region, key.epoch, dials)
        ]
        zone = self._config.centre.zone
        return Scene(
            region=region,
            today=today(self._clock, zone),
            zone=zone,
            as_of=as_of,
            oldest=self._oldest(),
            days=survey.days[region],
            late=survey.late[region],
            pieces=same,
        )

    def _oldest(self) -> date:
        years = self._config.helpdesk.years
        day = today(self._clock, self._config.centre.zone)
        return years_before(day, years) if years else date.min

    async def _made(
        self,
        shop: Workshop,
        build: Build,
        survey: Survey,
        as_of: int,
        whole: Plan,
        segments: list[Piece],
    ) -> Piece:
        draft = self.shelf.work / f"{build.region}-{build.pack}"
        counts = survey.days[build.region].items()
        expected = sum(count for day, count in counts if build.period.covers(day))
        job = Job(
            out=str(draft.absolute()),
            workspace=str(self.shelf.work.absolute()),
            pack=build.pack,
            overlay=build.overlay,
            region=build.region,
            issued_at=max(as_of, self._seconds()),
            as_of=as_of,
            since=build.since,
            rows=0 if build.overlay else expected,
        )
        homes = Homes(each for each in (*whole.kept, *segments) if not each.overlay)
        made = await shop.make(job, self._extract.rows(build, homes))
        piece = Piece(
            pack=build.pack,
            region=build.region,
            epoch=self._config.packs.epoch,
            length=made.length,
            digest=made.digest,
            chunks=made.chunks,
            as_of=as_of,
            since=build.since,
            revision=survey.revision,
            after=build.after,
            count=made.count,
            unreadable=made.unreadable,
            dials=dials_of(self._config.packs),
        )
        await asyncio.to_thread(self.shelf.take, draft, piece.file.name)
        return piece

    async def _publish(
        self, before: Published, survey: Survey, as_of: int, plans: list[Plan], made: list[Piece]
    ) -> Report:
        now = self._clock.now()
        seconds = int(now.timestamp())
        pieces = (*(piece for each in plans for piece in each.kept), *made)
        published = Published(
            # Time leads, so that an index lost or restored never gives a version twice.
            version=max(before.version + 1, seconds),
            revision=survey.revision,
            as_of=as_of,
            issued_at=seconds,
            pieces=tuple(sorted(pieces, key=lambda piece: (piece.region, piece.pack))),
            retired={},
        )
        retired = self.shelf.retired(before, published.names(), seconds)
        published = replace(published, retired=retired)
        manifest = self.manifest_of(published, now)
        await asyncio.to_thread(self.shelf.publish, published, manifest, seconds)
        return _report(published, made)

    def _seconds(self) -> int:
        return int(self._clock.now().timestamp())


def dials_of(section: PacksSection) -> str:
    """The settings that a pack is built with, as one text: another text makes it stale."""
    dials = (section.prf, section.rounds, section.label, section.body)
    return "/".join(str(dial) for dial in (FORMAT, canonical.VERSION, EXTRACT, *dials))


def _report(published: Published, made: list[Piece]) -> Report:
    segments = [piece for piece in published.pieces if not piece.overlay]
    return Report(
        version=published.version,
        built=len(made),
        bytes=sum(piece.length for piece in made),
        files=len(published.pieces),
        invoices=sum(piece.count for piece in segments),
        unreadable=sum(piece.unreadable for piece in segments),
    )
