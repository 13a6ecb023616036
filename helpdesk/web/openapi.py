"""The OpenAPI 3.1 document of a registry, so that it cannot say anything the code does not do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import models_json_schema

from helpdesk.web.permission import ANONYMOUS, Channel, Permission, Principal, Standing
from helpdesk.web.principals import OPERATOR_SCHEME, SCHEME
from helpdesk.wire import op_id
from helpdesk.wire.op_id import IDEMPOTENCY_KEY
from helpdesk.wire.problem import CONTENT_TYPE, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from helpdesk.web.api import Api
    from helpdesk.web.operation import Operation

__all__ = ["document"]

_REF = "#/components/schemas/{model}"
_SCHEMES: Mapping[str, tuple[Principal, str, str]] = MappingProxyType(
    {
        "shared_secret": (
            Principal(Channel.KIOSK),
            "Authorization",
            (
                f"A kiosk without enrolment: `{SCHEME} PREFIX:SECRET`, the secret that all kiosks"
                " share as 64 hexadecimal digits. Not under a prefix that is leased."
            ),
        ),
        "signature": (
            Principal(Channel.KIOSK, standing=Standing.ENROLLED),
            "Signature",
            (
                "An enrolled kiosk: a signature by RFC 9421 (ed25519), which Signature-Input"
                " describes, over method, authority, path, query and Content-Digest."
            ),
        ),
        "operator": (
            Principal(Channel.OPERATOR),
            "Authorization",
            f"Staff programs: `{OPERATOR_SCHEME} SECRET`, told by `helpdesk exceptions access`.",
        ),
    }
)
"""Who proves what they are, in which header, and how."""
_WHY = {
    400: "The Idempotency-Key is missing or malformed.",
    401: "The credentials prove nothing.",
    403: "The caller may not do this.",
    404: "There is nothing under this path.",
    413: "The body is too long.",
    415: "Not plain application/json.",
    422: "The request does not fit its schema.",
    429: "Too many requests; try again after Retry-After.",
    500: "The server made a mistake; it is logged under X-Request-Id.",
    503: "The server cannot work now; try again after Retry-After.",
}
_WAITING = (429, 503)
_SOME_KEY = "01936d3e-9c00-7a2b-8d4e-5f60718293a4"
_KEY_LENGTH = len(_SOME_KEY)


def document(api: Api) -> dict[str, Any]:
    """Describe every declared operation with all its answers."""
    refs, definitions = models_json_schema(_models(api), ref_template=_REF)
    schemas: dict[str, Any] = definitions.get("$defs", {})
    paths: dict[str, dict[str, Any]] = {}
    for operation in _described(api):
        described = _operation(operation, refs, schemas)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": api.title, "version": api.version},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                name: {"type": "apiKey", "in": "header", "name": header, "description": said}
                for name, (_, header, said) in _SCHEMES.items()
            },
        },
    }


def _described(api: Api) -> list[Operation]:
    return [operation for operation in api.operations if operation.refused_page is None]


def _models(api: Api) -> list[tuple[type[BaseModel], Any]]:
    models: dict[tuple[type[BaseModel], Any], None] = {(Problem, "serialization"): None}
    for operation in _described(api):
        if operation.body:
            models[operation.body, "validation"] = None
        if operation.answer:
            models[operation.answer, "serialization"] = None
    return list(models)


def _operation(
    operation: Operation, refs: Mapping[Any, Any], schemas: dict[str, Any]
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": list(operation.tags),
        "security": _security(operation),
        "responses": _responses(operation, refs),
    }
    if parameters := list(_parameters(operation, schemas)):
        described["parameters"] = parameters
    if operation.body:
        content: dict[str, Any] = {"schema": refs[operation.body, "validation"]}
        if operation.examples:
            examples = operation.examples.items()
            content["examples"] = {name: {"value": value} for name, value in examples}
        described["requestBody"] = {"required": True, "content": {"application/json": content}}
    return described


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    """Say which credentials let a caller in; nothing first where they only make a difference."""
    named: list[dict[str, list[str]]] = [
        {name: []}
        for name, (principal, _, _) in _SCHEMES.items()
        if principal.may(operation.permission)
    ]
    return [{}, *named] if ANONYMOUS.may(operation.permission) else named


def _responses(operation: Operation, refs: Mapping[Any, Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Done."}
    if operation.answer:
        schema = refs[operation.answer, "serialization"]
        success["content"] = {"application/json": {"schema": schema}}
    content = {CONTENT_TYPE: {"schema": refs[Problem, "serialization"]}}
    responses = {str(status): success for status in (operation.status, *operation.also)}
    for status in sorted(_refusals(operation).difference(operation.also)):
        answer: dict[str, Any] = {"description": _WHY.get(status, "Refused."), "content": content}
        if status in _WAITING:
            answer["headers"] = {
                "Retry-After": {"schema": {"type": "integer", "minimum": 1}, "description": "s"}
            }
        responses[str(status)] = answer
    return responses


def _refusals(operation: Operation) -> set[int]:
    statuses = {401, 500, 503, *operation.errors}
    if operation.limited:
        statuses.add(429)
    if operation.permission is not Permission.PUBLIC:
        statuses.add(403)
    if operation.idempotent:
        statuses.add(400)
    if operation.path_parts:
        statuses.add(404)
    # A query nobody asked for is refused as well.
    return statuses | ({413, 415, 422} if operation.body else {422})


def _parameters(operation: Operation, schemas: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for where, model in (("path", operation.path_parts), ("query", operation.query)):
        if model is None:
            continue
        schema = model.model_json_schema(ref_template=_REF)
        schemas.update(schema.get("$defs", {}))
        required = schema.get("required", [])
        for name, described in schema["properties"].items():
            needed = where == "path" or name in required
            yield {"name": name, "in": where, "required": needed, "schema": described}
    if operation.idempotent:
        yield {
            "name": IDEMPOTENCY_KEY,
            "in": "header",
            "required": False,
            "description": "UUIDv7 made before the first attempt; required with credentials.",
            "example": _SOME_KEY,
            # The lengths keep readers whose $ also matches before a line end from adding one.
            "schema": {
                "type": "string",
                "format": "uuid7",
                "pattern": op_id.PATTERN,
                "minLength": _KEY_LENGTH,
                "maxLength": _KEY_LENGTH,
            },
        }
