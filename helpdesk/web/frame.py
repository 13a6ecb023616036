"""The frame around every request: its id and language, headers, and refusals as problems."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from helpdesk.app_keys import RESOURCES
from helpdesk.db import DatabaseError
from helpdesk.errors import HelpdeskError
from helpdesk.logs import places
from helpdesk.texts import DEFAULT_LANGUAGE
from helpdesk.web.errors import ClientGone, RequestError
from helpdesk.web.guard import GUARD, REQUEST_ID, TEXTS
from helpdesk.web.language import preferred_language
from helpdesk.web.operation import OPERATION
from helpdesk.web.problem import problem
from helpdesk.web.signatures import sign_answer

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

    from helpdesk.texts import Catalogue

__all__ = ["frame", "refused"]

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Accept-Language",
    # The library and its version are nobody's business.
    "Server": "yanpiao",
}

_OWN = ("Content-Security-Policy", "Content-Language")
_NOT_LET_IN = (401, 403, 429)
_UNREAD = (408, 413)
"""Statuses after which a body is still on its way: nothing more is heard on that line."""

_log = structlog.stdlib.get_logger("helpdesk.web")


@web.middleware
async def frame(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer ``request``, whatever happens inside, in the form the API promises."""
    resources = request.app[RESOURCES]
    request_id = resources.ids.request_id()
    texts = resources.texts.of(preferred_language(request.headers.get("Accept-Language", "")))
    request[REQUEST_ID] = request_id
    request[TEXTS] = texts
    try:
        if request.match_info.http_exception is not None:
            request.app[GUARD].missed(request)
        response = await handler(request)
    except (HelpdeskError, web.HTTPException) as error:
        refusal = _refusal(error, request_id)
        _note(request, refusal, request_id)
        response = _refused(request, refusal)
    except Exception as error:  # noqa: BLE001 - the last resort: logged, and answered
        response = _refused(request, _unexpected(error, request_id))
    _dress(response, texts, request_id)
    if response.status in _UNREAD:
        response.force_close()
    sign_answer(request.app[GUARD].signatures, request, response)
    return response


def refused(app: web.Application, status: int) -> web.Response:
    """Return the answer to what never became a request: of its language nothing is known."""
    resources = app[RESOURCES]
    texts = resources.texts.of(DEFAULT_LANGUAGE)
    response = problem(RequestError(f"http.{status}", status=status), texts)
    _dress(response, texts, resources.ids.request_id())
    return response


def _refused(request: web.Request, refusal: RequestError) -> web.Response:
    operation = request.get(OPERATION)
    page = None if operation is None else operation.refused_page
    return problem(refusal, request[TEXTS]) if page is None else page(request, refusal)


def _dress(response: web.StreamResponse, texts: Catalogue, request_id: str) -> None:
    # A page brings a policy of its own, and may speak another language than the browser's.
    own = {name: response.headers[name] for name in _OWN if name in response.headers}
    language = texts.language.replace("_", "-")
    response.headers.update({**_HEADERS, "Content-Language": language, **own})
    response.headers["X-Request-Id"] = request_id


def _note(request: web.Request, refusal: RequestError, request_id: str) -> None:
    """Log who was not let in: by the route's pattern, never by what stood in its place."""
    if isinstance(refusal, ClientGone):
        _log.info("request.left", request_id=request_id, method=request.method)
        return
    if refusal.status not in _NOT_LET_IN:
        return
    resource = request.match_info.route.resource
    _log.info(
        "request.refused",
        request_id=request_id,
        code=refusal.code,
        method=request.method,
        route=resource.canonical if resource else "",
    )


def _refusal(error: HelpdeskError | web.HTTPException, request_id: str) -> RequestError:
    if isinstance(error, RequestError):
        return error
    if isinstance(error, DatabaseError):
        _log.error("request.failed", request_id=request_id, code=error.code, **places(error))
        return RequestError("server.unavailable", status=503, headers={"Retry-After": "2"})
    if isinstance(error, web.HTTPException):
        return _of_http(error)
    return _unexpected(error, request_id)


def _of_http(error: web.HTTPException) -> RequestError:
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    known = error.status if error.status >= HTTPStatus.BAD_REQUEST else 500
    return RequestError(f"http.{known}", status=known, headers=headers)


def _unexpected(error: Exception, request_id: str) -> RequestError:
    """Log where it happened, never what it said: an exception's text may quote a row."""
    _log.error("request.crashed", request_id=request_id, **places(error))
    return RequestError("server.error", status=500, request=request_id)
