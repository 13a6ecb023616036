"""Signed requests, as the web sees them: what of a request is signed, and who can tell by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from helpdesk.wire.request_signature import Request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from helpdesk.web.permission import Principal

__all__ = ["Signatures", "as_signed", "sign_answer"]


class Signatures(Protocol):
    """Knows the keys of those who sign."""

    async def principal(
        self,
        request: Request,
        headers: Mapping[str, str],
        read: Callable[[], Awaitable[bytes]],
        *,
        replayable: bool,
    ) -> Principal:
        """Return who signed ``request``; unless ``replayable``, each nonce counts once.

        The body is not in ``request``: ``read`` gives it, once it is known who sent it.

        Raises:
            RequestError: 401 with a code ``signature.*``.
        """
        ...

    def answered(self, headers: Mapping[str, str], status: int, body: bytes) -> Mapping[str, str]:
        """Return the fields that sign the answer to a request with these ``headers``."""
        ...


def as_signed(request: web.Request) -> Request:
    """Return what is signed of a request, without its body."""
    path, _, query = request.raw_path.partition("?")
    return Request(
        method=request.method,
        authority=request.headers.get("Host", "").lower(),
        path=path,
        query=query,
        body=b"",
    )


def sign_answer(
    signatures: Signatures | None, request: web.Request, response: web.StreamResponse
) -> None:
    """Sign the answer to a signed request. What is streamed has its own hashes and is left out."""
    if signatures is None or not isinstance(response, web.Response):
        return
    body = response.body
    if body is None or isinstance(body, bytes | bytearray | memoryview):
        content = b"" if body is None else bytes(body)
        response.headers.update(signatures.answered(request.headers, response.status, content))
