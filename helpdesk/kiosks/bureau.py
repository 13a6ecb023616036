"""The slice put together: what routes and commands use."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from helpdesk.kiosks.change_log import ChangeLog
from helpdesk.kiosks.effects import effects_of
from helpdesk.kiosks.enrolment import Enrolment
from helpdesk.kiosks.fleet import Fleet
from helpdesk.kiosks.grants import CentreVouching, Grants
from helpdesk.kiosks.inbox import Inbox
from helpdesk.kiosks.journals import Journals
from helpdesk.kiosks.judgement import Judge
from helpdesk.kiosks.named import NamedKiosks
from helpdesk.kiosks.nonces import nonces_for
from helpdesk.kiosks.noticeboard import Noticeboard
from helpdesk.kiosks.policy import Policy
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
    from collections.abc import Callable, Mapping

    from helpdesk.kiosks.ruling import Effect
    from helpdesk.resources import Resources
    from helpdesk.wire.journal_kinds import Kinds


class Bureau:
    """Everything the centre does with its kiosks, on the resources of one process.

    `effects` are those of `kinds`; without any, those of this version.
    """

    def __init__(
        self,
        resources: Resources,
        traffic: Traffic | None = None,
        *,
        policy: Policy | None = None,
        kinds: Kinds = KINDS,
        effects: Mapping[str, Effect] | None = None,
        chance: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        policy = policy or Policy()
        database, ring, clock = resources.database, resources.keys, resources.clock
        config = resources.config
        self.secrets = ServerSecrets(ring)
        self.roster = Roster(database, ring)
        self.named = NamedKiosks(database, clock)
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
            self.named,
            self.journals,
            self.secrets.challenge,
            Grants(self.secrets, vouching, regions, centre),
            clock=clock,
            chance=chance,
        )
        self.fleet = Fleet(database, self.roster, vouching, self.inbox, clock, policy)
        self.push = PushDesk(
            database,
            self.roster,
            self.journals,
            self.inbox,
            Judge(self.journals, kinds, effects or effects_of(resources, policy), policy),
            self.secrets.receipt,
            clock,
            traffic or Traffic(),
            policy=policy,
        )
        self.changes = ChangeLog(database, clock, chance, policy)
        self.region_keys = RegionKeys(database, self.roster, self.changes, regions, chance)
        self.noticeboard = Noticeboard(
            database, self.changes, authority, self.roster, self.inbox, config, clock
        )
        self.signed = SignedRequests(
            self.roster, self.fleet, self.secrets, nonces_for(database, clock), clock, chance
        )
