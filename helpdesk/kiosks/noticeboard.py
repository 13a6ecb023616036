"""What the server itself tells kiosks by the change log: centre, rules, site, trust list."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from helpdesk.kiosks.ruling import Reason
from helpdesk.trust.errors import TrustError
from helpdesk.wire import topics
from helpdesk.wire.trust_file import TrustFile

if TYPE_CHECKING:
    from helpdesk.clock import Clock
    from helpdesk.config import CentreSection, Config
    from helpdesk.db import Database
    from helpdesk.kiosks.change_log import ChangeLog
    from helpdesk.kiosks.inbox import Inbox
    from helpdesk.kiosks.roster import Roster
    from helpdesk.trust.authority import TrustAuthority

KEPT: Final = timedelta(days=35)
"""How long a kiosk may be away before it must fetch everything anew."""
_DAY: Final = 86_400.0
_log = structlog.stdlib.get_logger("helpdesk.kiosks")
_EVERY: Final = 60.0
"""Seconds between two looks; what was published before is not published again."""


class Noticeboard:
    """Publishes what changed; asked by each pull, so a kiosk in touch is up to date."""

    def __init__(
        self,
        database: Database,
        log: ChangeLog,
        authority: TrustAuthority,
        roster: Roster,
        inbox: Inbox,
        config: Config,
        clock: Clock,
    ) -> None:
        self._database = database
        self._log = log
        self._authority = authority
        self._roster = roster
        self._inbox = inbox
        self._config = config
        self._clock = clock
        self._trust_version = 0
        self._looked: float | None = None
        self._trimmed: float | None = None

    async def refresh(self) -> None:
        """Publish what changed since the last look, which was a while ago."""
        now = self._clock.monotonic()
        if self._looked is not None and now - self._looked < _EVERY:
            return
        self._looked = now
        if self._trimmed is None or now - self._trimmed > _DAY:
            self._trimmed = now
            await self._log.trim(KEPT)
        rules = self._config.helpdesk
        async with self._database.transaction() as tx:
            await self._log.publish(tx, topics.CENTRE, "", _centre(self._config.centre))
            told = topics.CheckRules(
                next_day=rules.next_day, years=rules.years, daily_limit=rules.daily_limit
            )
            await self._log.publish(tx, topics.RULES, "", told.model_dump())
            await self._log.publish(tx, topics.SITE, "", {"site": rules.site})
        await self._trust()

    async def _trust(self) -> None:
        try:
            delivery = await self._authority.trust_list_for(self._trust_version)
        except TrustError:
            # A centre without a root has no list; what is wrong with one, the authority logs.
            return
        finally:
            await self._alarm()
        given = TrustFile(bundle=delivery.bundle, parts=delivery.parts) if delivery.bundle else None
        if given is None or not given.fits:
            # None that is new; or one of before there was a limit, with no way to a shorter one.
            return
        value = given.model_dump(mode="json")
        async with self._database.transaction() as tx:
            await self._log.publish(tx, topics.TRUST, "", value)
        self._trust_version = delivery.version

    async def _alarm(self) -> None:
        """What a person must hear of: a list that grew too large, rows that are none of ours."""
        reasons = [Reason.TRUST_LIST] if self._authority.fault == Reason.TRUST_LIST else []
        foreign = await self._roster.foreign_rows()
        if foreign or self._authority.foreign_rows:
            kids = self._authority.foreign_rows
            _log.error("trust.foreign_rows", kiosks=",".join(foreign), keys=",".join(kids))
            reasons.append(Reason.ROWS)
        for reason in reasons:
            async with self._database.transaction() as tx:
                await self._inbox.alarm_without_entry(tx, reason)


def _centre(section: CentreSection) -> dict[str, str]:
    told = topics.CentreInfo(
        name=section.name,
        name_en=section.name_en,
        address=section.address,
        hotline=section.hotline,
        hours=section.hours,
    )
    return told.model_dump()
