"""Refusals of a request. Their codes are stable; clients decide by them alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from helpdesk.errors import HelpdeskError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from helpdesk.wire.problem import FieldProblem

__all__ = ["ApiError", "ClientGone", "RateLimited", "RequestError"]


class ApiError(HelpdeskError):
    """The routes contradict each other or lack a declaration: the server does not start."""


class RequestError(HelpdeskError):
    """A request that is answered with a problem document."""

    def __init__(
        self,
        code: str,
        /,
        *,
        status: int,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[FieldProblem] = (),
        **params: str,
    ) -> None:
        super().__init__(code, **params)
        self.status = status
        self.headers = dict(headers or {})
        self.errors = list(errors)


class RateLimited(RequestError):  # noqa: N818 - the name of the condition, as HTTP has it
    """Too many requests; worth trying again after ``seconds``."""

    def __init__(self, seconds: float, code: str = "request.rate") -> None:
        wait = str(max(1, math.ceil(seconds)))
        super().__init__(code, status=429, headers={"Retry-After": wait}, seconds=wait)


class ClientGone(RequestError):  # noqa: N818 - the name of the condition
    """The caller hung up in the middle of its request: nobody is there to be answered."""

    def __init__(self) -> None:
        super().__init__("request.gone", status=400)
