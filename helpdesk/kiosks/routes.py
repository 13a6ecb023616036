"""Enrolment, keys, push, pull and exceptions over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from helpdesk.app_keys import RESOURCES
from helpdesk.kiosks.bureau import Bureau
from helpdesk.kiosks.errors import KiosksError
from helpdesk.kiosks.fleet import ROTATION
from helpdesk.kiosks.push import BUSY
from helpdesk.kiosks.ruling import Reason
from helpdesk.trust.errors import TrustError
from helpdesk.web import Call, Permission, RequestError
from helpdesk.web.guard import GUARD
from helpdesk.web.traffic import TRAFFIC
from helpdesk.wire import enrolment, exceptions, journal_batch, sync
from helpdesk.wire.enrolment import EnrolmentAnswer, EnrolmentRequest, ServerHello
from helpdesk.wire.errors import WireError
from helpdesk.wire.exceptions import (
    ExceptionPath,
    Exceptions,
    ExceptionShown,
    ExceptionsQuery,
    Resolution,
)
from helpdesk.wire.faults import Fault
from helpdesk.wire.journal_batch import PushAnswer, PushBatch
from helpdesk.wire.standing import Standing
from helpdesk.wire.sync import ChangesAnswer, ChangesQuery, KeyAnswer, KeyRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from helpdesk.kiosks.inbox import Matter
    from helpdesk.resources import Resources
    from helpdesk.texts import Catalogue
    from helpdesk.web import Api
    from helpdesk.web.traffic import Traffic

BUREAU: web.AppKey[Bureau] = web.AppKey("kiosks.bureau", Bureau)

PUSH_LIMIT: Final = 4 << 20
"""A batch of a kiosk is below 2 MiB: 1 MiB of content and one entry more, in base64."""
_STATUS: Final[Mapping[str, int]] = {
    Fault.ENROLMENT_PROOF: 403,
    Fault.ENROLMENT_USED: 403,
    Fault.ENROLMENT_EXPIRED: 410,
    Fault.ENROLMENT_NONCE: 409,
    Fault.SIGNATURE_WRONG: 403,
    Fault.JOURNAL_SIGNATURE: 403,
    "journal.foreign": 403,
    Reason.FORKS: 409,
    "kiosks.key": 409,
    "kiosks.exception": 404,
    "kiosks.resolved": 409,
    sync.MUST_REFETCH: 410,
}
_REFUSED: Final = 422


def register(
    api: Api, app: web.Application, make: Callable[[Resources, Traffic], Bureau] = Bureau
) -> None:
    """Declare the operations; `make` puts together what they use."""

    async def opened(app: web.Application) -> AsyncIterator[None]:
        app[BUREAU] = make(app[RESOURCES], app[TRAFFIC])
        app[GUARD].signatures = app[BUREAU].signed
        app[GUARD].names = app[BUREAU].named
        yield

    app.cleanup_ctx.append(opened)
    _register_enrolment(api)
    _register_sync(api)
    _register_exceptions(api)


def _register_enrolment(api: Api) -> None:
    shared: dict[str, Any] = {"permission": Permission.PUBLIC, "tags": ("kiosks",)}
    api.operation(
        "GET",
        enrolment.PATH,
        name="hello",
        summary="The server's keys, before a kiosk trusts them",
        answer=ServerHello,
        **shared,
    )(hello)
    api.operation(
        "POST",
        enrolment.PATH,
        name="enrol",
        summary="Let a kiosk in that knows a one-time code",
        body=EnrolmentRequest,
        answer=EnrolmentAnswer,
        errors=(403, 409, 410),
        **shared,
    )(enrol)


def _register_sync(api: Api) -> None:
    shared: dict[str, Any] = {"tags": ("sync",)}
    api.operation(
        "POST",
        sync.KEY_PATH,
        name="rotate_key",
        permission=Permission.SYNC,
        summary="Register new keys beside those in use",
        body=KeyRequest,
        answer=KeyAnswer,
        errors=(403, 409),
        **shared,
    )(rotate_key)
    api.operation(
        "POST",
        journal_batch.PATH,
        name="push",
        permission=Permission.PUSH,
        summary="Hand in journal entries; each gets its permanent verdict",
        body=PushBatch,
        answer=PushAnswer,
        replayable=True,
        body_limit=PUSH_LIMIT,
        errors=(403, 409),
        **shared,
    )(push)
    api.operation(
        "GET",
        sync.CHANGES_PATH,
        name="changes",
        permission=Permission.SYNC,
        summary="What changed after a cursor",
        query=ChangesQuery,
        answer=ChangesAnswer,
        errors=(410,),
        **shared,
    )(changes)


def _register_exceptions(api: Api) -> None:
    shared: dict[str, Any] = {"permission": Permission.EXCEPTIONS, "tags": ("exceptions",)}
    api.operation(
        "GET",
        exceptions.PATH,
        name="exceptions",
        summary="Entries that wait for a person",
        query=ExceptionsQuery,
        answer=Exceptions,
        errors=(404,),
        **shared,
    )(list_exceptions)
    api.operation(
        "GET",
        exceptions.PATH + "/{id}",
        name="exception",
        summary="One of them",
        path_parts=ExceptionPath,
        answer=ExceptionShown,
        **shared,
    )(show_exception)
    api.operation(
        "POST",
        exceptions.PATH + "/{id}/resolution",
        name="resolve_exception",
        summary="A person has dealt with it",
        path_parts=ExceptionPath,
        body=Resolution,
        answer=ExceptionShown,
        errors=(409,),
        **shared,
    )(resolve_exception)


async def hello(call: Call) -> ServerHello:
    """The first step of an enrolment."""
    return await call.app[BUREAU].enrolment.hello()


async def enrol(call: Call[EnrolmentRequest]) -> EnrolmentAnswer:
    """The second step: both sides have proved that they know the code."""
    try:
        return await call.app[BUREAU].enrolment.admit(call.body)
    except (WireError, TrustError) as error:
        raise _refusal(error) from error


async def rotate_key(call: Call[KeyRequest]) -> KeyAnswer:
    """The first of two phases; the first use of the new key is the second."""
    try:
        return await call.app[BUREAU].fleet.rotate(call.principal.name, call.body)
    except (WireError, KiosksError, TrustError) as error:
        raise _refusal(error) from error


async def push(call: Call[PushBatch]) -> PushAnswer:
    """Entries get their verdicts; the answer leaves when they are on the disk."""
    bureau = call.app[BUREAU]
    kiosk = call.principal.name
    try:
        known = await bureau.roster.keys_of(kiosk)
        keys = [key.verifying for key in known if key.state.accepted]
        return await bureau.push.push(kiosk, keys, call.body)
    except (WireError, KiosksError) as error:
        if error.code == Fault.JOURNAL_SIGNATURE:
            await bureau.fleet.head_refused(kiosk, call.body)
        raise _refusal(error) from error


async def changes(call: Call[None, ChangesQuery]) -> ChangesAnswer:
    """What a kiosk has not heard yet."""
    bureau = call.app[BUREAU]
    await bureau.noticeboard.refresh()
    await bureau.region_keys.give(call.principal.name)
    query = call.query
    try:
        found = await bureau.changes.after(query.cursor, query.limit, call.principal.name)
    except KiosksError as error:
        raise _refusal(error) from error
    return ChangesAnswer(
        changes=found.changes,
        cursor=found.cursor,
        more=found.more,
        standing=Standing.ACTIVE,
        server_time=call.app[RESOURCES].clock.now(),
    )


async def list_exceptions(call: Call[None, ExceptionsQuery]) -> Exceptions:
    """The oldest first."""
    query = call.query
    inbox = call.app[BUREAU].inbox
    try:
        matters = await inbox.matters(resolved=query.resolved, after=query.after, limit=query.limit)
    except KiosksError as error:
        raise _refusal(error) from error
    return Exceptions(exceptions=tuple(shown(matter, call.texts) for matter in matters))


async def show_exception(call: Call[None, None, ExceptionPath]) -> ExceptionShown:
    """One matter."""
    try:
        return shown(await call.app[BUREAU].inbox.matter(call.path.id), call.texts)
    except KiosksError as error:
        raise _refusal(error) from error


async def resolve_exception(call: Call[Resolution, None, ExceptionPath]) -> ExceptionShown:
    """Saying the same again is fine."""
    try:
        matter = await call.app[BUREAU].inbox.resolve(call.path.id, call.body.note)
    except KiosksError as error:
        raise _refusal(error) from error
    return shown(matter, call.texts)


def shown(matter: Matter, texts: Catalogue) -> ExceptionShown:
    """A matter with its sentence."""
    return ExceptionShown(
        id=matter.id,
        code=matter.code,
        text=texts.text(f"exception.{matter.code}"),
        kiosk=matter.kiosk,
        first_seq=matter.first_seq,
        last_seq=matter.last_seq,
        entries=matter.entries,
        told=matter.told,
        found=matter.found,
        opened_at=matter.opened,
        resolved_at=matter.resolved,
        note=matter.note,
    )


def _refusal(error: WireError | KiosksError | TrustError) -> RequestError:
    params: dict[str, Any] = dict(error.params)
    if error.code == ROTATION:
        wait = {"Retry-After": params["seconds"]}
        return RequestError(error.code, status=429, headers=wait, **params)
    if error.code == BUSY:
        return RequestError(error.code, status=503, headers={"Retry-After": "2"}, **params)
    return RequestError(error.code, status=_STATUS.get(error.code, _REFUSED), **params)
