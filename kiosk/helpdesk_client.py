"""The kiosk's one way to the server: HTTP with deadlines, size limits and no surprises."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
from pydantic import ValidationError

from helpdesk.wire.verification import (
    IDEMPOTENCY_KEY,
    PATH,
    VerificationAnswer,
    request_of,
    to_outcome,
)
from invoices.errors import InvoiceError
from invoices.verdict import Verdict
from kiosk.verification import VerifierError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from invoices.claim import Claim
    from invoices.outcome import Outcome
    from kiosk.link import LinkWatch

logger = logging.getLogger(__name__)

ANSWER_LIMIT = 64 * 1024
"""Bytes of the longest answer worth reading."""
PROBE = "/livez"
PROBE_DEADLINE = 2.0
PASSING = frozenset({502, 503, 504})
"""Statuses of a server that is on its way up or down."""
OK = 200


@dataclass(frozen=True, slots=True)
class Access:
    """How this kiosk names itself; the secret is the server's `kiosk-access`, in hex."""

    prefix: str
    secret: str

    @property
    def header(self) -> str:
        """The value of `Authorization`."""
        return f"Yanpiao-Kiosk {self.prefix}:{self.secret}"

    def __repr__(self) -> str:
        """Without the secret."""
        return f"Access({self.prefix!r})"


class HelpdeskClient:
    """Asks one server, over connections that stay open. Call `open` on the event loop first."""

    def __init__(self, server: str, link: LinkWatch, access: Access | None = None) -> None:
        self._server = server.rstrip("/")
        self._link = link
        self._access = access
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> None:
        """Make ready; connects to nobody yet."""
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        self._session = aiohttp.ClientSession(
            headers=headers,
            connector=aiohttp.TCPConnector(limit=4, keepalive_timeout=60),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
        )

    async def close(self) -> None:
        """Hang up."""
        if self._session:
            await self._session.close()

    async def verify(self, op_id: str, claim: Claim, deadline: float) -> Outcome:
        """Ask about an invoice by its fields, within `deadline` seconds.

        Raises:
            VerifierError: `verifier.refused`, `.reset`, `.timeout`, `.busy` (passing); `.status`,
                `.size` or `.nonsense` (not passing).
        """
        body = request_of(claim).model_dump_json(exclude_unset=True).encode()
        headers = {"Content-Type": "application/json", IDEMPOTENCY_KEY: op_id}
        if self._access:
            headers["Authorization"] = self._access.header
        async with (
            self._watched(deadline),
            self._opened().post(
                self._server + PATH, data=body, headers=headers, allow_redirects=False
            ) as response,
        ):
            return await _outcome(response)

    async def probe(self) -> bool:
        """Whether the server lives; the link watch hears of it."""
        try:
            async with (
                self._watched(PROBE_DEADLINE),
                self._opened().get(self._server + PROBE, allow_redirects=False) as response,
            ):
                _refuse_busy(response)
                return response.status == OK
        except VerifierError:
            return False

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise VerifierError("verifier.closed", passing=False)
        return self._session

    @asynccontextmanager
    async def _watched(self, deadline: float) -> AsyncIterator[None]:
        """One call: its deadline, its faults as ours, and what it tells of the link."""
        try:
            async with asyncio.timeout(deadline):
                yield
        except VerifierError as error:
            self._tell(there=not error.passing)
            raise
        except TimeoutError as error:
            self._tell(there=False)
            raise VerifierError("verifier.timeout", passing=True) from error
        except (aiohttp.ClientError, OSError) as error:
            self._tell(there=False)
            raise _fault(error) from error
        self._tell(there=True)

    def _tell(self, *, there: bool) -> None:
        if there:
            self._link.succeeded()
        else:
            self._link.failed()


def _fault(error: aiohttp.ClientError | OSError) -> VerifierError:
    """No connection at all, one that broke, or a peer that does not speak HTTP."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return VerifierError("verifier.certificate", passing=False)
    if isinstance(error, aiohttp.ClientConnectorError):
        return VerifierError("verifier.refused", passing=True)
    if isinstance(error, aiohttp.ClientResponseError):
        return VerifierError("verifier.nonsense", passing=False)
    return VerifierError("verifier.reset", passing=True)


async def _outcome(response: aiohttp.ClientResponse) -> Outcome:
    _refuse_busy(response)
    if response.status != OK:
        raise VerifierError("verifier.status", passing=False, status=response.status)
    data = await _limited(response)
    try:
        outcome = to_outcome(VerificationAnswer.model_validate_json(data))
    except (ValidationError, InvoiceError):
        # Their text quotes the answer: neither log nor traceback may hold it.
        raise VerifierError("verifier.nonsense", passing=False) from None
    matched = outcome.verdict is Verdict.MATCH
    if matched != (outcome.state is not None) or (outcome.details and not matched):
        raise VerifierError("verifier.nonsense", passing=False)
    return outcome


def _refuse_busy(response: aiohttp.ClientResponse) -> None:
    if response.status in PASSING:
        raise VerifierError("verifier.busy", passing=True, status=response.status)


async def _limited(response: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_any():
        data += chunk
        if len(data) > ANSWER_LIMIT:
            raise VerifierError("verifier.size", passing=False)
    return bytes(data)
