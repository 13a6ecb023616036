"""The parts that a check takes, with or without a screen."""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from helpdesk.wire import topics
from helpdesk.wire.topics import CentreInfo
from invoices.rules import Policy as CheckRules
from kiosk.clock import SystemClock
from kiosk.db.data_key import DataKey
from kiosk.db.database import open_database
from kiosk.helpdesk_client import Access, HttpTransport
from kiosk.identity.key_store import FOLDER, KeyFolder
from kiosk.identity.region_keys import RegionKeyFollower
from kiosk.ids import RandomIds
from kiosk.journal.export import Export
from kiosk.journal.story import Stories
from kiosk.key_file import KeyFileError, read_private
from kiosk.link import Link, LinkWatch
from kiosk.packs.folder import PackFolder
from kiosk.packs.keeper import PackKeeper
from kiosk.packs.pack_clock import PackClock
from kiosk.packs.source import Pace, ServerSource
from kiosk.packs.store import PackStore
from kiosk.packs.trust import trust_of
from kiosk.packs.verifier import PackVerifier
from kiosk.pause import LoopPause
from kiosk.present_state import PresentState, ServerStatus
from kiosk.records import Records
from kiosk.server_word import centre_by, rules_by
from kiosk.sync.parts import Outside, join
from kiosk.trust.enrolled import TrustKeeper, issuer_of
from kiosk.trust.site import PublicSite
from kiosk.trust.store import TrustStore
from kiosk.verification import Fallback, Verification

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.clock import Clock
    from kiosk.config import Config
    from kiosk.db.database import Database
    from kiosk.identity.book import IdentityBook
    from kiosk.identity.calls import ServerCalls
    from kiosk.identity.enrolment import Enrolment
    from kiosk.server_word import ServerWord
    from kiosk.sync.pull import Pull
    from kiosk.sync.task import SyncTask
    from kiosk.trust.issuer import IssuerSource

logger = logging.getLogger(__name__)

PACKS = "packs"
"""The folder of the packs, in the data folder."""


@dataclass(frozen=True, slots=True)
class Core:
    """What is open while the kiosk works."""

    config: Config
    clock: Clock
    database: Database
    transport: HttpTransport
    calls: ServerCalls
    link: LinkWatch
    identities: IdentityBook
    enrolment: Enrolment
    verification: Verification
    records: Records
    present_state: PresentState
    pull: Pull
    sync: SyncTask
    stories: Stories
    export: Export
    trust: TrustStore
    issuer: IssuerSource
    rules: Callable[[], CheckRules]
    """Those of a check, as they count now."""
    site: PublicSite
    centre: ServerWord[CentreInfo, CentreInfo]
    packs: PackStore
    pack_clock: PackClock
    keeper: PackKeeper

    async def close(self) -> None:
        """Hang up and let go of the database."""
        await self.transport.close()
        await self.database.close()


async def open_core(config: Config) -> Core:
    """Open database and client; the caller holds the data folder's `Ownership`.

    Raises:
        KioskError: why the kiosk cannot work.
    """
    clock = SystemClock(config.zone)
    access = await asyncio.to_thread(_access, config)
    database = await open_database(config.data, config.kiosk.prefix, secrets.token_bytes, clock)
    transport = HttpTransport(config.kiosk.server)
    transport.open()
    try:
        return await _joined(config, clock, database, transport, access)
    except BaseException:
        await transport.close()
        await database.close()
        raise


async def _joined(
    config: Config,
    clock: Clock,
    database: Database,
    transport: HttpTransport,
    access: Access | None,
) -> Core:
    random, link = secrets.token_bytes, LinkWatch(clock)
    book, sealer, folder = database.checks, database.sealer, KeyFolder(config.data / FOLDER)
    parts = join(
        Outside(
            database=database,
            transport=transport,
            keys=folder,
            link=link,
            clock=clock,
            random=random,
            pause=LoopPause(),
            chance=secrets.SystemRandom().random,
            access=access.header if access else None,
            keep_days=config.kiosk.keep_days,
        )
    )
    identities, pull, calls = parts.identities, parts.pull, parts.calls
    packs = PackStore(PackFolder(config.data / PACKS), lambda: trust_of(identities.current))
    identities.on_wipe(packs.wipe)
    data_key = DataKey(database.connection, sealer, config.data, random)
    identities.on_wipe(partial(_close, identities, data_key))
    trust = TrustStore(config.data)
    site, keys = PublicSite(config.data), RegionKeyFollower(identities, database.connection, folder)
    rules, centre = rules_by(_rules(config)), centre_by(_centre(config))
    pull.follow(topics.TRUST, TrustKeeper(trust, identities, clock).follow)
    pull.follow(topics.SITE, site.follow)
    pull.follow(topics.REGION_KEY, keys.follow)
    pull.follow(topics.RULES, rules.follow)
    pull.follow(topics.CENTRE, centre.follow)
    await identities.open()
    await pull.open()
    keeper = _keeper(config, calls, packs)
    # Enrolled, or other keys: there may be something to fetch that was of no use before.
    identities.listen(keeper.wake)
    keeping = database.timekeeper
    times = PackClock(clock, lambda: packs.latest, lambda: keeping.server_at, lambda: trust.latest)
    offline = PackVerifier(packs, clock, times, book, lambda: rules.now)
    return Core(
        config=config,
        clock=clock,
        database=database,
        transport=transport,
        calls=calls,
        link=link,
        identities=identities,
        enrolment=parts.enrolment,
        verification=Verification(
            verifier=parts.verifier,
            book=book,
            clock=clock,
            ids=RandomIds(clock, random),
            sleep=asyncio.sleep,
            rules=lambda: rules.now,
            fallback=Fallback(offline, lambda: link.state is not Link.OFFLINE),
            clock_wrong=lambda: keeping.wrong,
        ),
        records=Records(book),
        present_state=PresentState(
            ServerStatus(calls), offline, lambda: link.state is not Link.OFFLINE
        ),
        pull=pull,
        sync=parts.sync,
        stories=Stories(database.connection, sealer),
        export=Export(database.outbox, identities, random),
        trust=trust,
        issuer=lambda: issuer_of(identities.current),
        rules=lambda: rules.now,
        site=site,
        centre=centre,
        packs=packs,
        pack_clock=times,
        keeper=keeper,
    )


async def _close(identities: IdentityBook, data_key: DataKey) -> None:
    """The end of a fenced kiosk that has nothing left to say: its data key goes too."""
    form = identities.needed
    if form.key is None and not form.closed:
        await data_key.replace()
        await identities.close()


def _keeper(config: Config, calls: ServerCalls, packs: PackStore) -> PackKeeper:
    section = config.packs
    pace = Pace(section.kilobytes_per_second, asyncio.sleep)
    return PackKeeper(
        packs,
        ServerSource(calls, pace.spend),
        LoopPause(),
        secrets.SystemRandom().random,
        section.fetch_minutes * 60,
    )


def _rules(config: Config) -> CheckRules:
    """The configuration's rules, until the server has told its own."""
    return CheckRules(next_day=config.kiosk.next_day, years=config.kiosk.years or None)


def _centre(config: Config) -> CentreInfo:
    """The configuration's centre, likewise."""
    section = config.centre
    return CentreInfo(
        name=section.name,
        name_en=section.name_en,
        address=section.address,
        hotline=section.hotline,
        hours=section.hours,
    )


def _access(config: Config) -> Access | None:
    if config.access is None:
        return None
    try:
        secret = read_private(config.access).decode("ascii", "replace").strip()
    except KeyFileError as error:
        if error.code != "key.missing":
            raise
        # An enrolled kiosk needs none, and one that is not may ask as anybody may.
        logger.warning("the shared access secret is missing: asking without it")
        return None
    return Access(config.kiosk.prefix, secret)
