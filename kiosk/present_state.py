"""What the invoice of an earlier check is now, shown beside the record: a look, not a check.

The server compares the recorded claim anew. Where it cannot be reached the data on this machine
are asked, and believed only as far as they are newer than the record. Nothing is kept or counted:
whoever wants an answer to take away checks the invoice.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Protocol

from pydantic import ValidationError

from helpdesk.wire.check_status import CheckStatus, path_of
from invoices.verdict import State, Verdict
from kiosk.transport import Call, TransportError
from kiosk.verification import VerifierError

if TYPE_CHECKING:
    from collections.abc import Callable

    from invoices.check import Check
    from invoices.claim import Claim
    from invoices.told import Told
    from kiosk.identity.calls import ServerCalls

logger = logging.getLogger(__name__)

DEADLINE: Final = 1.5
"""Seconds for one source's answer, as for a check."""
OK: Final = 200
_COMPARED: Final = frozenset({Verdict.MATCH, Verdict.MISMATCH, Verdict.NOT_FOUND})


class StatusSource(Protocol):
    """Whoever can tell what a claim that was checked before is worth now."""

    async def status(self, check: Check, claim: Claim, deadline: float) -> Told:
        """The present state, within `deadline` seconds; never counted as a check.

        Raises:
            VerifierError: none could be had.
        """


class ServerStatus:
    """`StatusSource`: the server, by the operation id under which it recorded the check."""

    def __init__(self, calls: ServerCalls) -> None:
        self._calls = calls

    async def status(self, check: Check, claim: Claim, deadline: float) -> Told:
        """Ask the registry anew.

        Raises:
            VerifierError: it was not reached, does not know the check, or talks nonsense.
        """
        del claim
        try:
            reply = await self._calls.call(Call("GET", path_of(check.op_id)), deadline)
        except TransportError as error:
            leaf = error.code.partition(".")[2]
            raise VerifierError(f"verifier.{leaf}", passing=error.passing) from error
        if reply.status != OK:
            raise VerifierError("verifier.status", passing=False, status=reply.status)
        try:
            told = CheckStatus.model_validate_json(reply.body).summary()
        except ValidationError:
            raise VerifierError("verifier.nonsense", passing=False) from None
        if not told.coherent:
            raise VerifierError("verifier.nonsense", passing=False)
        return told


class PresentState:
    """The use case. `reachable` says whether to ask the server before the data held here."""

    def __init__(
        self, server: StatusSource, packs: StatusSource, reachable: Callable[[], bool]
    ) -> None:
        self._server = server
        self._packs = packs
        self._reachable = reachable

    async def of(self, check: Check) -> Told | None:
        """The present state of a check's invoice; `None` where nobody can tell it now."""
        if check.claim is None or check.outcome.verdict not in _COMPARED:
            return None
        if self._reachable():
            told = await self._asked(self._server, check, check.claim)
            if told is not None:
                return told
        told = await self._asked(self._packs, check, check.claim)
        return told if told is not None and _is_news(check, told) else None

    async def _asked(self, source: StatusSource, check: Check, claim: Claim) -> Told | None:
        try:
            told = await source.status(check, claim, DEADLINE)
        except VerifierError as error:
            logger.info("no present state of %s: %s", check.record, error.code)
            return None
        return None if told.verdict is Verdict.UNAVAILABLE else told


def _is_news(check: Check, told: Told) -> bool:
    """Whether older data add anything: a state that only goes forward, or a later moment."""
    if told.state not in {None, State.NORMAL}:
        return True
    then = check.outcome.as_of or check.at
    return told.as_of is not None and told.as_of > then
