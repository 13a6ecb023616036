"""The registry of operations: each declared once, mounted, guarded and described from that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import BaseModel

from helpdesk.web.call import BodyT, Call, PathT, QueryT
from helpdesk.web.errors import ApiError, RequestError
from helpdesk.web.guard import GUARD, REQUEST_ID, TEXTS
from helpdesk.web.operation import OPERATION, Operation
from helpdesk.web.parsing import (
    check_content_type,
    parse_body,
    parse_idempotency_key,
    parse_path,
    parse_query,
)
from helpdesk.web.permission import Channel, Standing
from helpdesk.web.principals import CHALLENGE
from helpdesk.web.traffic import TRAFFIC, Traffic
from helpdesk.wire.sync import FENCED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helpdesk.web.operation import RefusedPage
    from helpdesk.web.permission import Permission, Principal

__all__ = ["Api", "Handler"]

Answer = BaseModel | web.StreamResponse
Handler = Callable[[Call[BodyT, QueryT, PathT]], Awaitable[Answer]]


class Api:
    """Collects operations by decorator. Deny by default: no route without a declaration."""

    def __init__(self, title: str, version: str) -> None:
        self.title = title
        self.version = version
        self._operations: dict[str, Operation] = {}
        self._handlers: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {}

    @property
    def operations(self) -> tuple[Operation, ...]:
        """What has been declared, in order."""
        return tuple(self._operations.values())

    def operation(
        self,
        method: str,
        path: str,
        *,
        name: str,
        permission: Permission,
        summary: str,
        body: type[BodyT] | None = None,
        query: type[QueryT] | None = None,
        path_parts: type[PathT] | None = None,
        answer: type[BaseModel] | None = None,
        status: int = 200,
        idempotent: bool = False,
        limited: bool = True,
        replayable: bool = False,
        awaited: bool = False,
        body_limit: int | None = None,
        errors: tuple[int, ...] = (),
        also: tuple[int, ...] = (),
        tags: tuple[str, ...] = (),
        examples: Mapping[str, Any] | None = None,
        refused_page: RefusedPage | None = None,
    ) -> Callable[[Handler[BodyT, QueryT, PathT]], Handler[BodyT, QueryT, PathT]]:
        """Declare the operation that the decorated coroutine carries out.

        The models' types are checked against the handler's ``Call[Body, Query, Path]``.

        Raises:
            ApiError: ``api.twice`` for a name declared before.
        """
        declared = Operation(
            method=method,
            path=path,
            name=name,
            permission=permission,
            summary=summary,
            status=status,
            body=_model(body),
            query=_model(query),
            path_parts=_model(path_parts),
            answer=answer,
            idempotent=idempotent,
            limited=limited,
            replayable=replayable,
            awaited=awaited,
            body_limit=body_limit,
            errors=errors,
            also=also,
            tags=tags,
            examples=examples or {},
            refused_page=refused_page,
        )

        def declare(handler: Handler[BodyT, QueryT, PathT]) -> Handler[BodyT, QueryT, PathT]:
            self._add(declared, handler)
            return handler

        return declare

    def mount(self, app: web.Application) -> None:
        """Put every operation on the router, and refuse to start with a route that is none.

        Raises:
            ApiError: ``api.undeclared``, when the application starts.
        """
        for name, operation in self._operations.items():
            app.router.add_route(operation.method, operation.path, self._handlers[name])
        app[TRAFFIC] = Traffic()
        app.on_startup.insert(0, self._refuse_undeclared)

    async def _refuse_undeclared(self, app: web.Application) -> None:
        known = set(self._handlers.values())
        for route in app.router.routes():
            if route.handler not in known:
                path = route.resource.canonical if route.resource else "?"
                raise ApiError("api.undeclared", path=path, method=route.method)

    def _add(self, operation: Operation, handler: Handler[Any, Any, Any]) -> None:
        if operation.name in self._operations:
            raise ApiError("api.twice", name=operation.name)

        async def handle(request: web.Request) -> web.StreamResponse:
            request[OPERATION] = operation
            if not operation.awaited:
                return _answered(operation, await handler(await _call(operation, request)))
            with request.app[TRAFFIC].awaited():
                return _answered(operation, await handler(await _call(operation, request)))

        self._operations[operation.name] = operation
        self._handlers[operation.name] = handle


def _model(model: object) -> type[BaseModel] | None:
    if model is None:
        return None
    if isinstance(model, type) and issubclass(model, BaseModel):
        return model
    raise ApiError("api.model", model=repr(model))


async def _call(operation: Operation, request: web.Request) -> Call[Any, Any, Any]:
    """Check in the order that costs least and tells least: who, how often, may they, what."""
    guard = request.app[GUARD]
    address = guard.address(request)
    caller = await guard.admitted(request, address, operation)
    principal = caller.principal
    _permit(operation, principal)
    key = None
    if operation.idempotent:
        required = principal.channel is not Channel.ANONYMOUS
        key = parse_idempotency_key(request.headers, required=required)
    path = parse_path(request, operation.path_parts)
    query = parse_query(request, operation.query)
    if operation.body is not None:
        check_content_type(request)
    body = await guard.body(request, caller, operation)
    if operation.body_limit is not None:
        # A long body takes a while to read.
        await request.app[TRAFFIC].give_way()
    return Call(
        path=path,
        query=query,
        body=await parse_body(body, operation.body) if operation.body else None,
        principal=principal,
        address=address,
        idempotency_key=key,
        request_id=request[REQUEST_ID],
        texts=request[TEXTS],
        app=request.app,
    )


def _permit(operation: Operation, principal: Principal) -> None:
    if principal.may(operation.permission):
        return
    if principal.channel is Channel.ANONYMOUS:
        raise RequestError("auth.required", status=401, headers=CHALLENGE)
    if principal.standing is Standing.SHUT_OUT:
        raise RequestError(FENCED, status=403)
    raise RequestError("auth.forbidden", status=403)


def _answered(operation: Operation, answer: Answer) -> web.StreamResponse:
    if isinstance(answer, web.StreamResponse):
        return answer
    return web.Response(
        status=operation.status,
        body=answer.model_dump_json().encode(),
        content_type="application/json",
    )
