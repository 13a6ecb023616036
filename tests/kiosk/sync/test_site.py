"""From the server's setting to the phone: what an enrolled kiosk shows opens its check."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp

from helpdesk.trust.issuer import init_root
from helpdesk.wire.site import Site
from invoices.verdict import Verdict
from kiosk.bootstrap.behind import wake_after
from kiosk.bootstrap.core import Core
from kiosk.bootstrap.record_codes import SiteCodes
from kiosk.check_book import Entry
from kiosk.trust.site import read_site
from kiosk.trust.slip_codes import SlipCodes
from tests.kiosk.stand_ins import NOW
from tests.kiosk.sync.test_real_server import (  # noqa: F401 - fixtures
    NORMAL,
    Server,
    furniture,
    server,
)
from tests.kiosk.sync.test_topics import enrolled_core, published

SITE = Site.parse("https://yp.example.gov.cn")
PATIENCE = 10.0
"""Seconds; of itself a kiosk at rest begins its next round after 15 at the earliest."""


async def opened_by_phone(server: Server, address: str) -> tuple[int, str]:  # noqa: F811
    assert address.startswith(f"HTTPS://{SITE.host}/")
    path = address.removeprefix(f"HTTPS://{SITE.host}")
    async with (
        aiohttp.ClientSession() as phone,
        phone.get(f"http://127.0.0.1:{server.port}{path}") as answer,
    ):
        return answer.status, await answer.text()


def known(core: Core) -> Site | None:
    return core.site.current


async def with_site(server: Server, core: Core, site: str) -> None:  # noqa: F811
    """The server's own word comes with the first pull, and again a minute later."""
    assert await core.sync.round()
    config = server.resources.config
    await published(server, helpdesk=replace(config.helpdesk, site=site))
    assert await core.sync.round()


async def test_what_a_phone_scans_on_screen_and_paper_opens_the_check(
    server: Server,  # noqa: F811
    tmp_path: Path,
) -> None:
    resources = server.resources
    keys, root = resources.config.keys, tmp_path / "root"
    await asyncio.to_thread(init_root, root, keys, resources.keys, NOW, os.urandom)
    async with enrolled_core(server, tmp_path) as core:
        assert known(core) is None
        await with_site(server, core, SITE.url)
        assert known(core) == SITE
        assert await asyncio.to_thread(read_site, core.config.data) == SITE
        check = await core.verification.check(NORMAL, Entry.SCAN)
        assert check.outcome.verdict is Verdict.MATCH
        screen = SiteCodes(lambda: core.site.current).of(check.record, check.token)
        assert screen.opens
        assert (await opened_by_phone(server, screen.text))[0] == 404
        assert await core.sync.round()
        status, page = await opened_by_phone(server, screen.text)
        assert (status, NORMAL.number in page) == (200, True)
        lifetime = timedelta(days=180)
        codes = SlipCodes(core.issuer, "A03", core.clock, lifetime, lambda: core.site.current)
        status, page = await opened_by_phone(server, codes.of(check).text)
        assert (status, "签名有效" in page, NORMAL.number in page) == (200, True, True)
        await with_site(server, core, "")
        assert known(core) is None
        assert await asyncio.to_thread(read_site, core.config.data) is None
        assert codes.of(check).text.startswith("FP1:")


async def test_with_a_site_a_check_is_told_at_once(server: Server, tmp_path: Path) -> None:  # noqa: F811
    async with enrolled_core(server, tmp_path) as core:
        await with_site(server, core, SITE.url)
        running = asyncio.create_task(core.sync.run())
        await asyncio.sleep(0)
        try:
            async with core.sync.between_rounds():
                pass
            check = await core.verification.check(NORMAL, Entry.SCAN)
            wake_after(core, check)
            await asyncio.wait_for(_told(server, check.record), PATIENCE)
            address = SITE.record_address(check.record, check.token)
            assert (await opened_by_phone(server, address))[0] == 200
        finally:
            running.cancel()
            await asyncio.wait({running})


async def _told(server: Server, record: str) -> None:  # noqa: F811
    found = f"SELECT record FROM verification_check WHERE record = '{record}'"  # noqa: S608 - ours
    while not await server.rows(found):  # noqa: ASYNC110 - looks again, within the deadline
        await asyncio.sleep(0.05)
