"""The registry as a verifier: the port that server, packs and upstream services share."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from helpdesk.errors import HelpdeskError
from helpdesk.verification.question import Question, Reading
from helpdesk.wire.verification import asked_of, request_of

if TYPE_CHECKING:
    from helpdesk.verification.service import VerificationService
    from invoices.claim import Claim
    from invoices.outcome import Outcome


class VerifierError(HelpdeskError):
    """No verdict could be had in time: `verifier.timeout`."""


class RegistryVerifier:
    """Asks the registry of this process, in the name of one channel."""

    def __init__(self, service: VerificationService, channel: str, name: str = "") -> None:
        self._service = service
        self._channel = channel
        self._name = name

    async def verify(self, op_id: str, claim: Claim, deadline: float) -> Outcome:
        """The outcome, within `deadline` seconds; asking again under one op_id counts once.

        Raises:
            VerifierError: The deadline passed. The check may yet be recorded: a retry under
                the same op_id tells.
            IdempotencyError: The op_id was used for another claim.
            DatabaseError: The database cannot be reached.
        """
        asked = asked_of(request_of(claim))
        question = Question(op_id, lambda: Reading(claim), asked, self._channel, self._name)
        try:
            async with asyncio.timeout(deadline):
                return (await self._service.check(question)).outcome
        except TimeoutError as error:
            raise VerifierError("verifier.timeout") from error
