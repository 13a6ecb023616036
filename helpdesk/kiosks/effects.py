"""What each kind of journal entry does on the server. A new kind is one line below."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from helpdesk.kiosks.check_effect import CheckEffect
from helpdesk.kiosks.policy import Policy
from helpdesk.verification.adoption import CheckAdoption
from helpdesk.verification.routes import policy_of
from helpdesk.web import Channel
from helpdesk.wire.check_entry import CheckPayload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helpdesk.kiosks.ruling import Effect
    from helpdesk.resources import Resources


def effects_of(resources: Resources, policy: Policy | None = None) -> Mapping[str, Effect]:
    """The effect of every kind in `journal_kinds.KINDS`; a test compares the two."""
    return MappingProxyType(
        {CheckPayload.KIND: CheckEffect(_adoption(resources, policy or Policy()))}
    )


def _adoption(resources: Resources, policy: Policy) -> CheckAdoption:
    return CheckAdoption(
        resources.database,
        resources.keys,
        policy_of(resources.config.helpdesk),
        resources.clock,
        resources.config.centre.zone,
        Channel.KIOSK.value,
        verified=policy.verified_in_full,
        limited=not policy.told_is_never_limited,
    )
