"""A kiosk that is shut out may hand in what it has, and nothing else whatever."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from helpdesk.app import declare
from helpdesk.app_keys import RESOURCES
from helpdesk.kiosks.roster import KioskStanding
from helpdesk.kiosks.routes import BUREAU
from helpdesk.web.guard import GUARD
from helpdesk.wire import sync
from tests.helpdesk.kiosks.test_routes import Line, line  # noqa: F401 - a fixture
from tests.helpdesk.web.conftest import house, serve  # noqa: F401 - fixtures

OPERATIONS = [each for each in declare(web.Application()).operations if each.name != "push"]


async def stand(line: Line, standing: KioskStanding) -> None:  # noqa: F811
    app = line.client.server.app  # type: ignore[attr-defined]
    async with app[RESOURCES].database.transaction() as tx:
        await app[BUREAU].roster.stand(tx, line.kiosk.kiosk, standing)


@pytest.mark.parametrize("standing", [KioskStanding.FENCED, KioskStanding.QUARANTINED])
async def test_every_operation_but_the_push_is_closed_to_it(
    line: Line,  # noqa: F811
    standing: KioskStanding,
) -> None:
    await stand(line, standing)
    app = line.client.server.app  # type: ignore[attr-defined]
    # Six calls a minute are its share: here each is to be judged by what it asks for.
    app[GUARD]._blocked._rate = 0.0
    told: dict[str, Any] = {}
    for each in OPERATIONS:
        path = each.path.replace("{", "").replace("}", "")
        headers = line.signed(each.method, path)
        response = await line.client.request(each.method, path, headers=headers)
        page = response.content_type == "text/html"
        told[each.name] = response.status, sync.FENCED if page else (await response.json())["code"]
    assert len(told) > 10
    assert {name: each for name, each in told.items() if each != (403, sync.FENCED)} == {}
    line.kiosk.check()
    status, answer = await line.push()
    assert (status, answer["mark"], answer["standing"]) == (200, 1, standing.value)
