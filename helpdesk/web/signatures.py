"""Signed requests, as the web sees them: what of a request is signed, and who can tell by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from helpdesk.wire.op_id import IDEMPOTENCY_KEY
from helpdesk.wire.request_signature import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helpdesk.web.errors import RequestError
    from helpdesk.web.permission import Principal

__all__ = ["Signatures", "SignedCall", "as_signed", "sign_answer"]


class SignedCall(Protocol):
    """A request whose signature holds; its body was not looked at yet."""

    @property
    def principal(self) -> Principal:
        """Who signed."""
        ...

    @property
    def refusal(self) -> RequestError | None:
        """Why it is refused though the signature holds: a clock that is wrong."""
        ...

    async def accept(self, body: bytes) -> None:
        """Take it that this is the body, and let the request count.

        Raises:
            RequestError: 401 ``signature.digest`` for another body than the signed one.
        """
        ...


class Signatures(Protocol):
    """Knows the keys of those who sign."""

    async def identify(
        self, request: Request, headers: Mapping[str, str], *, replayable: bool
    ) -> SignedCall:
        """Return who signed ``request``, by its head alone; its body is not in ``request``.

        Unless ``replayable``, each nonce counts once.

        Raises:
            RequestError: 401 with a code ``signature.*``.
        """
        ...

    def knows(self, headers: Mapping[str, str]) -> bool:
        """Whether the key that is named, unproved, is one that has been looked up and is there."""
        ...

    def answered(
        self, asked: Mapping[str, str], status: int, headers: Mapping[str, str], body: bytes
    ) -> Mapping[str, str]:
        """Return the fields that sign an answer with these; ``asked`` are the request's."""
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
        idempotency_key=request.headers.get(IDEMPOTENCY_KEY),
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
        fields = signatures.answered(request.headers, response.status, response.headers, content)
        response.headers.update(fields)
