"""The slice put together: what routes and commands use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpdesk.kiosks.change_log import ChangeLog
from helpdesk.kiosks.effects import effects_of
from helpdesk.kiosks.enrolment import Enrolment
from helpdesk.kiosks.fleet import Fleet
from helpdesk.kiosks.grants import CentreVouching, Grants
from helpdesk.kiosks.inbox import Inbox
from helpdesk.kiosks.journals import Journals
from helpdesk.kiosks.judgement import Judge
from helpdesk.kiosks.nonces import nonces_for
from helpdesk.kiosks.noticeboard import Noticeboard
from helpdesk.kiosks.push import PushDesk
from helpdesk.kiosks.region_keys import RegionKeys
from helpdesk.kiosks.roster import Roster
from helpdesk.kiosks.server_keys import ServerSecrets
from helpdesk.kiosks.signed_requests import SignedRequests
from helpdesk.packs.keys import PackKeys
from helpdesk.trust.authority import open_authority
from helpdesk.web.traffic import Traffic
from helpdesk.wire.journal_kinds import KINDS

if TYPE_CHECKING:
    from helpdesk.resources import Resources


class Bureau:
    """Everything the centre does with its kiosks, on the resources of one process."""

    def __init__(self, resources: Resources, traffic: Traffic | None = None) -> None:
        database, ring, clock = resources.database, resources.keys, resources.clock
        config = resources.config
        self.secrets = ServerSecrets(ring)
        self.roster = Roster(database)
        self.journals = Journals(database, ring)
        self.inbox = Inbox(database, ring, resources.ids, clock)
        authority = open_authority(resources)
        centre = config.helpdesk.centre
        vouching = CentreVouching(authority, centre)
        regions = PackKeys(ring, config.packs)
        self.enrolment = Enrolment(
            database,
            ring,
            self.roster,
            self.journals,
            self.secrets.challenge,
            Grants(self.secrets, vouching, regions, centre),
            clock,
        )
        self.fleet = Fleet(database, self.roster, vouching, clock)
        self.push = PushDesk(
            database,
            self.roster,
            self.journals,
            self.inbox,
            Judge(self.journals, KINDS, effects_of(resources)),
            self.secrets.receipt,
            clock,
            traffic or Traffic(),
        )
        self.changes = ChangeLog(database, clock)
        self.region_keys = RegionKeys(database, self.roster, self.changes, regions)
        self.noticeboard = Noticeboard(database, self.changes, authority, config, clock)
        self.signed = SignedRequests(
            self.roster, self.fleet, self.secrets, nonces_for(database, clock), clock
        )
