"""One call of an operation: what was asked, by whom, in which language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

from typing_extensions import TypeVar

if TYPE_CHECKING:
    from aiohttp import web

    from helpdesk.texts import Catalogue
    from helpdesk.web.permission import Principal

__all__ = ["BodyT", "Call", "PathT", "QueryT"]

BodyT = TypeVar("BodyT", default=None)
QueryT = TypeVar("QueryT", default=None)
PathT = TypeVar("PathT", default=None)


@dataclass(frozen=True, slots=True)
class Call(Generic[BodyT, QueryT, PathT]):
    """A request whose parts are already what the operation declared."""

    body: BodyT
    query: QueryT
    path: PathT
    principal: Principal
    address: str
    """The caller's address, for limits only: it is personal data and goes nowhere else."""
    idempotency_key: str | None
    request_id: str
    texts: Catalogue
    app: web.Application

    @property
    def language(self) -> str:
        """The language to answer in: ``zh_CN`` or ``en``."""
        return self.texts.language
