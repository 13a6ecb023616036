"""Refusals as application/problem+json, in the caller's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from helpdesk.wire.problem import CONTENT_TYPE, Problem

if TYPE_CHECKING:
    from helpdesk.texts import Catalogue
    from helpdesk.web.errors import RequestError

__all__ = ["problem"]


def problem(error: RequestError, texts: Catalogue) -> web.Response:
    """Return the answer for a refusal: status, stable code, title, and what to do."""
    document = Problem(
        title=texts.text(f"status.{error.status}"),
        status=error.status,
        code=error.code,
        detail=texts.text(f"error.{error.code}", **error.params),
        errors=error.errors,
    )
    return web.Response(
        status=error.status,
        body=document.model_dump_json().encode(),
        content_type=CONTENT_TYPE,
        headers=error.headers,
    )
