"""What each slice brings: its routes and its commands; its rows stand in ``helpdesk.db.apps``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from helpdesk.kiosks import commands as kiosks
from helpdesk.kiosks import routes as kiosk_routes
from helpdesk.packs import commands as packs
from helpdesk.packs import routes as pack_routes
from helpdesk.pages import routes as pages
from helpdesk.registry import commands as registry
from helpdesk.resources import Resources
from helpdesk.trust import commands as trust
from helpdesk.verification import routes as verification
from helpdesk.verification import status_routes
from helpdesk.web import health

if TYPE_CHECKING:
    from aiohttp import web

    from helpdesk.web import Api

__all__ = ["COMMANDS", "ROUTES", "Command", "JsonValue"]

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]

Command = Callable[[Resources, Mapping[str, JsonValue]], AsyncIterator[Mapping[str, JsonValue]]]
"""A command that needs the database: an async generator, each mapping one line of output."""

ROUTES: tuple[Callable[[Api, web.Application], None], ...] = (
    health.register,
    verification.register,
    status_routes.register,
    pack_routes.register,
    kiosk_routes.register,
    pages.register,
)

COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        registry.IMPORT: registry.import_file,
        kiosks.ADD: kiosks.add,
        kiosks.LIST: kiosks.list_kiosks,
        kiosks.FENCE: kiosks.fence,
        kiosks.FORGET_NAMES: kiosks.forget_names,
        kiosks.EXCEPTIONS: kiosks.list_exceptions,
        kiosks.EXCEPTION: kiosks.show_exception,
        kiosks.RESOLVE: kiosks.resolve_exception,
        kiosks.IMPORT: kiosks.import_journal,
        packs.BUILD: packs.build,
        trust.LIST: trust.list_keys,
        trust.REVOKE: trust.revoke_key,
        trust.TRUST_LIST: trust.write_trust_list,
        trust.CHECK_SLIP: trust.check_slip,
        trust.REVOKE_SLIP: trust.revoke_slip,
    }
)
