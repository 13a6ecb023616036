"""The parts that a check takes, with or without a screen."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from invoices.rules import Policy
from kiosk.clock import SystemClock
from kiosk.db.database import Database, open_database
from kiosk.helpdesk_client import Access, HelpdeskClient
from kiosk.ids import RandomIds
from kiosk.key_file import read_private
from kiosk.link import LinkWatch
from kiosk.records import Records
from kiosk.redelivery import Redelivery
from kiosk.trust.issuer import IssuerSource, nobody
from kiosk.trust.store import TrustStore
from kiosk.verification import Verification

if TYPE_CHECKING:
    from kiosk.clock import Clock
    from kiosk.config import Config


@dataclass(frozen=True, slots=True)
class Core:
    """What is open while the kiosk works."""

    config: Config
    clock: Clock
    database: Database
    client: HelpdeskClient
    link: LinkWatch
    verification: Verification
    records: Records
    redelivery: Redelivery
    trust: TrustStore
    issuer: IssuerSource

    async def close(self) -> None:
        """Hang up and let go of the database."""
        await self.client.close()
        await self.database.close()


async def open_core(config: Config) -> Core:
    """Open database and client; the caller holds the data folder's `Ownership`.

    Raises:
        KioskError: why the kiosk cannot work.
    """
    clock = SystemClock(config.zone)
    access = await asyncio.to_thread(_access, config)
    random = secrets.token_bytes
    database = await open_database(config.data, config.kiosk.prefix, random, clock)
    link = LinkWatch(clock)
    client = HelpdeskClient(config.kiosk.server, link, access)
    client.open()
    book = database.checks
    return Core(
        config=config,
        clock=clock,
        database=database,
        client=client,
        link=link,
        verification=Verification(
            verifier=client,
            book=book,
            clock=clock,
            ids=RandomIds(clock, random),
            sleep=asyncio.sleep,
            policy=Policy(next_day=config.kiosk.next_day, years=config.kiosk.years or None),
        ),
        records=Records(book),
        redelivery=Redelivery(client, book, clock, secrets.SystemRandom().random),
        trust=TrustStore(config.data),
        issuer=nobody,
    )


def _access(config: Config) -> Access | None:
    if config.access is None:
        return None
    secret = read_private(config.access).decode("ascii", "replace").strip()
    return Access(config.kiosk.prefix, secret)
