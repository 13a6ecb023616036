"""From an HTTP request to typed values: strict, and silent about what the caller sent."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from helpdesk.web.errors import RequestError
from helpdesk.wire import op_id
from helpdesk.wire.errors import WireError
from helpdesk.wire.op_id import IDEMPOTENCY_KEY
from helpdesk.wire.problem import FieldProblem

if TYPE_CHECKING:
    from aiohttp import web
    from multidict import MultiMapping
    from pydantic_core import ErrorDetails

__all__ = [
    "check_content_type",
    "parse_body",
    "parse_idempotency_key",
    "parse_path",
    "parse_query",
]

MOST_VALUES = 16_384
"""Values in one body: a full batch of a journal has less than 4,000."""
_LONG = 1 << 16

ModelT = TypeVar("ModelT", bound=BaseModel)


def check_content_type(request: web.Request) -> None:
    """Refuse what is no JSON, before it is read.

    Raises:
        RequestError: 415 for another content type or any Content-Encoding.
    """
    charset = (request.charset or "utf-8").lower()
    if request.content_type != "application/json" or charset != "utf-8":
        raise RequestError("request.content_type", status=415)
    if "Content-Encoding" in request.headers:
        # A small body can unpack to an enormous one.
        raise RequestError("request.encoding", status=415)


async def parse_body(body: bytes, model: type[ModelT]) -> ModelT:
    """Read a JSON body; a long one in a thread, so that others are answered meanwhile.

    Raises:
        RequestError: 422 for JSON that is malformed, too deep, has too many values, repeats a
            name, or does not fit.
    """
    if len(body) <= _LONG:
        return _validated(model, _json(body))
    return await asyncio.to_thread(lambda: _validated(model, _json(body)))


def parse_query(request: web.Request, model: type[ModelT] | None) -> ModelT | None:
    """Read the query; without a model there must be none.

    Raises:
        RequestError: 422 for a repeated, unknown or ill-formed parameter.
    """
    given = request.query
    if model is None:
        if given:
            raise RequestError("request.query", status=422)
        return None
    if len(given) != len(set(given)):
        raise RequestError("request.duplicate", status=422)
    return _from_strings(model, given)


def parse_path(request: web.Request, model: type[ModelT] | None) -> ModelT | None:
    """Read the variable parts of the path.

    Raises:
        RequestError: 404: a path that cannot exist does not.
    """
    if model is None:
        return None
    try:
        return model.model_validate_strings(dict(request.match_info))
    except ValidationError as error:
        raise RequestError("http.404", status=404) from error


def parse_idempotency_key(headers: MultiMapping[str], *, required: bool) -> str | None:
    """Read the Idempotency-Key header: a UUIDv7 the caller made before its first attempt.

    Raises:
        RequestError: 400 when it is missing though ``required``, malformed, or repeated.
    """
    keys = headers.getall(IDEMPOTENCY_KEY, [])
    if not keys and not required:
        return None
    if not keys:
        raise RequestError("idempotency.missing", status=400)
    try:
        (key,) = keys
        return op_id.validate(key)
    except (ValueError, WireError) as error:
        raise RequestError("idempotency.malformed", status=400) from error


def _json(body: bytes) -> Any:
    if _most_values(body) > MOST_VALUES:
        # The parser is one call that lets nobody else run, and takes as long as there are values.
        raise RequestError("request.json", status=422)
    try:
        parsed = _DECODER.decode(body.decode())
        if rb"\u" in body:
            # Only this parser refuses half a surrogate pair, which no database can store.
            from_json(body)
    except (ValueError, RecursionError) as error:
        raise RequestError("request.json", status=422) from error
    return parsed


def _most_values(body: bytes) -> int:
    """How many values a JSON text can hold at the most: each needs a comma or a bracket."""
    return sum(body.count(mark) for mark in (b",", b"[", b"{"))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # Two readers may pick different ones of two equal names.
        raise RequestError("request.duplicate", status=422)
    return members


def _no_constant(_name: str) -> None:
    raise ValueError


# Making a decoder costs as much as reading a short body.
_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)


def _from_strings(model: type[ModelT], given: MultiMapping[str]) -> ModelT:
    try:
        return model.model_validate_strings(dict(given))
    except ValidationError as error:
        raise _refusal(error) from error


def _validated(model: type[ModelT], value: Any) -> ModelT:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _refusal(error) from error
    except RecursionError as error:
        raise RequestError("request.json", status=422) from error


def _refusal(error: ValidationError) -> RequestError:
    details = error.errors(include_url=False, include_input=False, include_context=False)
    return RequestError("request.schema", status=422, errors=[_field(each) for each in details])


def _field(detail: ErrorDetails) -> FieldProblem:
    """Name the place and the kind of fault; a name the caller made up is not repeated."""
    unknown = detail["type"] == "extra_forbidden"
    places = detail["loc"][:-1] if unknown else detail["loc"]
    pointer = "".join("/" + str(place).replace("~", "~0").replace("/", "~1") for place in places)
    return FieldProblem(pointer=pointer, code=detail["type"])
