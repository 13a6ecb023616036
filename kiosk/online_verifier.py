"""The verifier that asks the server: one call, its answer as an outcome."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from helpdesk.wire.op_id import IDEMPOTENCY_KEY
from helpdesk.wire.verification import (
    PATH,
    VerificationAnswer,
    request_of,
    to_outcome,
)
from invoices.errors import InvoiceError
from invoices.verdict import Verdict
from kiosk.transport import Call, TransportError
from kiosk.verification import VerifierError

if TYPE_CHECKING:
    from invoices.claim import Claim
    from invoices.outcome import Outcome
    from kiosk.identity.calls import ServerCalls
    from kiosk.transport import Reply

OK = 200
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


class OnlineVerifier:
    """`Verifier` over calls to the server."""

    def __init__(self, calls: ServerCalls) -> None:
        self._calls = calls

    async def verify(self, op_id: str, claim: Claim, deadline: float) -> Outcome:
        """Ask about an invoice by its fields, within `deadline` seconds.

        Raises:
            VerifierError: `verifier.refused`, `.reset`, `.timeout`, `.busy`, `.unsigned` (passing);
                `.status`, `.size`, `.certificate`, `.nonsense` or `.another` (not passing).
        """
        body = request_of(claim).model_dump_json(exclude_unset=True).encode()
        headers = {"Content-Type": "application/json", IDEMPOTENCY_KEY: op_id}
        try:
            reply = await self._calls.call(Call("POST", PATH, body=body, headers=headers), deadline)
        except TransportError as error:
            raise _as_verifier_error(error) from error
        return outcome_of(reply, claim)


def outcome_of(reply: Reply, claim: Claim) -> Outcome:
    """What an answer says of the invoice that was asked about.

    Raises:
        VerifierError: `verifier.status` or `.nonsense`; `.another` where it is of another invoice.
    """
    if reply.status != OK:
        raise VerifierError("verifier.status", passing=False, status=reply.status)
    try:
        outcome = to_outcome(VerificationAnswer.model_validate_json(reply.body))
    except (ValidationError, InvoiceError):
        # Their text quotes the answer: neither log nor traceback may hold it.
        raise VerifierError("verifier.nonsense", passing=False) from None
    told, matched = outcome.told, outcome.verdict is Verdict.MATCH
    # What a slip's code could not say must not get as far as the printer.
    sayable = told.coherent and (told.as_of is None or told.as_of >= _FIRST)
    if not sayable or (outcome.details is not None) != matched:
        raise VerifierError("verifier.nonsense", passing=False)
    if outcome.details and (outcome.details.code, outcome.details.number) != (
        claim.code,
        claim.number,
    ):
        # Whatever signed it: a verdict is only shown of the invoice that stands before us.
        raise VerifierError("verifier.another", passing=False)
    return outcome


def _as_verifier_error(error: TransportError) -> VerifierError:
    leaf = error.code.partition(".")[2]
    status = int(error.params.get("status", "0"))
    return VerifierError(f"verifier.{leaf}", passing=error.passing, status=status)
