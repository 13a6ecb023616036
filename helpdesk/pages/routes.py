"""`/R/<record>[/<token>]` and `/S/<code>`: what the addresses in the QR codes open.

Anybody may ask. A call that shows nothing to whoever holds a token or a slip counts as a guess.
Guesses shut out guesses alone: many visitors share an address, that of the centre's own network or
of a telephone company, and one of them must not close the pages to those who hold a slip.
"""

from __future__ import annotations

import asyncio
import hmac
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from helpdesk.app_keys import RESOURCES
from helpdesk.pages import record_page, slip_page
from helpdesk.pages.renderer import PageRenderer
from helpdesk.pages.slip_page import Opened
from helpdesk.pages.wording import Wording
from helpdesk.trust.authority import open_authority
from helpdesk.trust.examination import Worth, examine
from helpdesk.verification.records import CheckRecords
from helpdesk.web import Call, Permission, RateLimited
from helpdesk.web.client_address import limiting_key
from helpdesk.web.guard import TEXTS
from helpdesk.web.rate_limit import TokenBuckets
from helpdesk.wire.errors import WireError
from helpdesk.wire.site import code_of_path, read_record_path
from helpdesk.wire.slip_document import document_id
from invoices.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from helpdesk.pages.page import Page
    from helpdesk.resources import Resources
    from helpdesk.texts import Catalogue
    from helpdesk.trust.examination import Examined
    from helpdesk.web import Api
    from helpdesk.web.errors import RequestError

LONGEST: Final = 1200
"""Characters behind `/S/`; the longest slip takes 743."""
_OF_THE_ADDRESS: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}
)
_LANGUAGES: Final = {"zh": "zh_CN", "zh_CN": "zh_CN", "zh-CN": "zh_CN", "en": "en"}


class PageQuery(BaseModel):
    """`lang` chooses the language, `record` is a number typed on the page.

    Whatever else an app hangs on a link that was shared is passed over.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    lang: str = Field(default="", max_length=16)
    record: str = Field(default="", max_length=64)


class PagePath(BaseModel):
    """What stands behind `/R/` or `/S/`."""

    model_config = ConfigDict(frozen=True)

    path: str = Field(max_length=LONGEST)


PageCall = Call[None, PageQuery, PagePath]


class PublicPages:
    """What the pages need, made once the resources are open."""

    def __init__(self, resources: Resources, renderer: PageRenderer) -> None:
        self._records = CheckRecords(resources.database, resources.keys)
        self._authority = open_authority(resources)
        self._clock = resources.clock
        self._texts = resources.texts
        self._zone = resources.config.centre.zone
        self._renderer = renderer
        per_minute = resources.config.security.guesses_per_minute
        self._guesses = TokenBuckets(per_minute, resources.clock)

    def shown(self, page: Page, texts: Catalogue, path: str) -> web.Response:
        """The page as an answer."""
        return self._renderer.respond(page, texts, path)

    def wording(self, texts: Catalogue, lang: str) -> Wording:
        """The words of whoever asks: the language chosen on the page, else the browser's."""
        chosen = _LANGUAGES.get(lang)
        return Wording(self._texts.of(chosen) if chosen else texts, self._zone)

    async def record(self, address: str, path: str, wording: Wording) -> Page:
        """The page of a record.

        Raises:
            RateLimited: too many guesses of this address, and this is one more.
            DatabaseError: the database cannot be reached.
        """
        try:
            asked = read_record_path(path)
        except RecordError:
            self._let_in(address)
            self._guesses.spend(limiting_key(address))
            return record_page.mistyped_page(wording, path.partition("/")[0][:32])
        if asked.token is not None:
            check = await self._records.of_token(asked.record, asked.token)
            if check is not None:
                now = await self._records.present(check)
                return record_page.record_page(check, now, self._clock.now(), wording)
        self._let_in(address)
        self._guesses.spend(limiting_key(address))
        known = await self._records.of_number(asked.record)
        if not known:
            return record_page.unknown_page(asked.record, wording)
        return record_page.summary_page(known[0], wording, wrong_token=asked.token is not None)

    async def slip(self, address: str, path: str, wording: Wording) -> Page:
        """The page of a slip. Raises as `record`."""
        try:
            code = code_of_path(path)
        except WireError:
            self._let_in(address)
            self._guesses.spend(limiting_key(address))
            return record_page.mistyped_page(wording)
        found = await examine(self._authority, code)
        opened = await self._opened(found)
        if opened.check is None and found.worth is not Worth.GOOD:
            self._let_in(address)
            self._guesses.spend(limiting_key(address))
        return slip_page.slip_page(found, opened, self._clock.now(), wording)

    async def _opened(self, found: Examined) -> Opened:
        """The record of the very slip: its id is made with the record's token."""
        claims = found.claims
        if claims is None or not found.opens:
            return Opened(None, None, known=False)
        told = claims.told
        known = await self._records.of_number(claims.record)
        for check in known:
            if told is None or not check.token:
                continue
            printed = document_id(check.record, check.token, told)
            if hmac.compare_digest(printed, claims.document_id):
                return Opened(check, await self._records.present(check), known=True)
        return Opened(None, None, known=bool(known))

    def _let_in(self, address: str) -> None:
        if seconds := self._guesses.wait(limiting_key(address)):
            raise RateLimited(seconds)


PAGES: web.AppKey[PublicPages] = web.AppKey("pages.public", PublicPages)


def register(api: Api, app: web.Application) -> None:
    """Declare the pages, under capitals as the codes have them and under small letters."""
    app.cleanup_ctx.append(_pages)
    for letter, handler, name in (("R", record, "record"), ("S", slip, "slip")):
        for spelling in (letter, letter.lower()):
            api.operation(
                "GET",
                f"/{spelling}/{{path:.*}}",
                name=f"{name}_page_{spelling}",
                permission=Permission.PUBLIC,
                summary=f"Page of a {name}",
                query=PageQuery,
                path_parts=PagePath,
                tags=("pages",),
                refused_page=refused,
            )(handler)


async def _pages(app: web.Application) -> AsyncIterator[None]:
    resources = app[RESOURCES]
    renderer = await asyncio.to_thread(PageRenderer, resources.config.centre)
    app[PAGES] = PublicPages(resources, renderer)
    yield


async def record(call: PageCall) -> web.Response:
    """Show a record; a number typed on the page leads to its address."""
    pages, typed = call.app[PAGES], call.query.record.strip()
    wording = pages.wording(call.texts, call.query.lang)
    path = call.path.path
    if typed:
        target = f"/R/{quote(typed, safe='')}?lang={wording.texts.language}"
        return web.Response(status=303, headers={"Location": target})
    if not path:
        return pages.shown(record_page.lookup_page(wording), wording.texts, "/R/")
    page = await pages.record(call.address, path, wording)
    return pages.shown(page, wording.texts, f"/R/{quote(path, safe='/')}")


async def slip(call: PageCall) -> web.Response:
    """Show a slip."""
    pages, path = call.app[PAGES], call.path.path
    wording = pages.wording(call.texts, call.query.lang)
    page = await pages.slip(call.address, path, wording)
    return pages.shown(page, wording.texts, f"/S/{quote(path, safe='')}")


def refused(request: web.Request, error: RequestError) -> web.Response:
    """The page that stands for a refusal of the frame or the guard."""
    pages = request.app[PAGES]
    wording = pages.wording(request[TEXTS], request.query.get("lang", ""))
    if error.status in _OF_THE_ADDRESS:
        page = record_page.mistyped_page(wording)
    else:
        limited = error.status == HTTPStatus.TOO_MANY_REQUESTS
        seconds = error.headers.get("Retry-After", "") if limited else ""
        page = record_page.refused_page(error.status, seconds, wording)
    response = pages.shown(page, wording.texts, quote(request.path, safe="/"))
    response.headers.update(error.headers)
    return response
