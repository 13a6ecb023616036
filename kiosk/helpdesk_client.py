"""The kiosk's one way to the server: HTTP with deadlines, size limits and no surprises."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp

from kiosk.transport import ANSWER_LIMIT, Fields, Reply, TransportError

if TYPE_CHECKING:
    from kiosk.transport import Call

_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Access:
    """How a kiosk without enrolment names itself; the secret is the server's `kiosk-access`."""

    prefix: str
    secret: str

    @property
    def header(self) -> str:
        """The value of `Authorization`."""
        return f"Yanpiao-Kiosk {self.prefix}:{self.secret}"

    def __repr__(self) -> str:
        """Without the secret."""
        return f"Access({self.prefix!r})"


class HttpTransport:
    """`Transport` over connections that stay open. Call `open` on the event loop first."""

    def __init__(self, server: str) -> None:
        self._server = server.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    @property
    def authority(self) -> str:
        """Host and port, the scheme's own port left out as in the Host field."""
        parts = urlsplit(self._server)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        port = parts.port
        return host if port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f"{host}:{port}"

    def open(self) -> None:
        """Make ready; connects to nobody yet."""
        self._session = aiohttp.ClientSession(
            headers=_HEADERS,
            connector=aiohttp.TCPConnector(limit=4, keepalive_timeout=60),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
        )

    async def close(self) -> None:
        """Hang up."""
        if self._session:
            await self._session.close()

    async def reconnect(self) -> None:
        """Hang up, and be ready for the next call; calls under way fail as if cut off."""
        before = self._session
        self.open()
        if before:
            await before.close()

    async def exchange(self, call: Call, deadline: float, limit: int = ANSWER_LIMIT) -> Reply:
        """The whole answer within `deadline` seconds, at most `limit` bytes of it.

        Raises:
            TransportError: `server.refused`, `.reset`, `.timeout` (passing); `.size`,
                `.certificate`, `.nonsense`, `.closed` (not passing).
        """
        if self._session is None:
            raise TransportError("server.closed", passing=False)
        url = self._server + call.path + (f"?{call.query}" if call.query else "")
        try:
            async with (
                asyncio.timeout(deadline),
                self._session.request(
                    call.method,
                    url,
                    data=call.body or None,
                    headers=call.headers,
                    allow_redirects=False,
                ) as response,
            ):
                body = await _limited(response, limit)
                return Reply(response.status, Fields(response.headers), body)
        except TimeoutError as error:
            raise TransportError("server.timeout", passing=True) from error
        except (aiohttp.ClientError, OSError) as error:
            raise _fault(error) from error


def _fault(error: aiohttp.ClientError | OSError) -> TransportError:
    """No connection at all, one that broke, or a peer that does not speak HTTP."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return TransportError("server.certificate", passing=False)
    if isinstance(error, aiohttp.ClientConnectorError):
        return TransportError("server.refused", passing=True)
    if isinstance(error, aiohttp.ClientResponseError):
        return TransportError("server.nonsense", passing=False)
    return TransportError("server.reset", passing=True)


async def _limited(response: aiohttp.ClientResponse, limit: int) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_any():
        data += chunk
        if len(data) > limit:
            raise TransportError("server.size", passing=False)
    return bytes(data)
