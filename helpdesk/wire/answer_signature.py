"""Signed answers: what a kiosk acts on was said by its server, to this very request.

The server signs, with its receipt key, the request's own signature, the status, the body's digest
and the fields that tell the time. So nobody between the two can forge a verdict, a cursor or a
fence, nor set a kiosk's clock, nor give an answer of yesterday, nor the answer that another kiosk
got: a fence of one must not wipe its neighbour. That the answer is one to this operation follows
from the request's signature, which covers the Idempotency-Key.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from helpdesk.wire import binary, strict_cbor
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.request_signature import SIGNATURE, SIGNATURE_INPUT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helpdesk.wire.signing_key import Signer, VerifyingKey

ANSWER: Final = "Yanpiao-Answer"

TIME: Final = "Yanpiao-Time"
"""Field of a 401 `signature.skew`: the server's time, ISO 8601."""
CHALLENGE: Final = "Yanpiao-Challenge"
"""Field of the same answer: the nonce for the next attempt."""

_DOMAIN: Final = b"yanpiao/answer/2\0"
_FIELD: Final = re.compile(r"kid=(?P<kid>[0-9a-f]{8});sig=(?P<signature>[A-Za-z0-9_-]{86})")


def sign(
    signer: Signer,
    asked: Mapping[str, str],
    status: int,
    headers: Mapping[str, str],
    body: bytes,
) -> dict[str, str]:
    """The header field that signs an answer.

    Args:
        signer: holds the server's receipt key.
        asked: the fields of the signed request.
        status: of the answer, as its `headers` and `body`; both mappings find a name in any case.
        headers: only `TIME` and `CHALLENGE` are signed.
        body: as it is sent.
    """
    signature = signer.sign(_statement(asked, status, headers, body))
    return {ANSWER: f"kid={signer.key.kid.hex()};sig={binary.to_text(signature)}"}


def check(
    headers: Mapping[str, str],
    key: VerifyingKey,
    asked: Mapping[str, str],
    status: int,
    body: bytes,
) -> None:
    """That the holder of `key` gave this answer to the request whose fields `asked` are.

    Raises:
        WireError: `answer.missing` without the field, `answer.wrong` for any other doubt.
    """
    text = headers.get(ANSWER)
    if text is None:
        raise WireError(Fault.ANSWER_MISSING)
    given = _FIELD.fullmatch(text)
    if given is None or given["kid"] != key.kid.hex():
        raise WireError(Fault.ANSWER_WRONG)
    try:
        signature = binary.from_text(given["signature"])
    except WireError as error:
        raise WireError(Fault.ANSWER_WRONG) from error
    if not key.holds(signature, _statement(asked, status, headers, body)):
        raise WireError(Fault.ANSWER_WRONG)


def _statement(
    asked: Mapping[str, str], status: int, headers: Mapping[str, str], body: bytes
) -> bytes:
    request = [asked.get(SIGNATURE_INPUT, ""), asked.get(SIGNATURE, "")]
    times = [headers.get(TIME, ""), headers.get(CHALLENGE, "")]
    return _DOMAIN + strict_cbor.encode([*request, status, hashlib.sha256(body).digest(), *times])
