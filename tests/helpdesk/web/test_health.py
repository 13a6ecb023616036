from __future__ import annotations

import asyncio
from typing import Any

import pytest

from helpdesk.app_keys import RESOURCES
from helpdesk.db import Database, DatabaseError
from helpdesk.slices import ROUTES
from helpdesk.web import Api, Call, Permission, health
from helpdesk.web.health import DRAINING


async def _ready(client: Any) -> tuple[int, list[str]]:
    answer = await client.get("/readyz")
    return answer.status, (await answer.json())["reasons"]


async def test_ready_and_alive(house: Any, serve: Any) -> None:
    client = await serve(house)
    assert await _ready(client) == (200, [])
    assert await (await client.get("/livez")).json() == {"status": "alive"}
    database: Database = client.app[RESOURCES].database
    assert len(await database.read("SELECT beaten_at FROM heartbeat")) == 1


async def test_migrations_missing(house: Any, serve: Any) -> None:
    client = await serve(house, (health.register,), migrated=False)
    assert await _ready(client) == (503, ["migrations"])


async def test_a_database_that_other_keys_have_written(house: Any, serve: Any) -> None:
    client = await serve(house)
    assert await _ready(client) == (200, [])
    async with client.app[RESOURCES].database.transaction() as tx:
        await tx.execute("UPDATE key_check SET indexed = $1", "0" * 64)
    assert await _ready(client) == (503, ["keys"])


async def test_a_disk_nearly_full(house: Any, serve: Any) -> None:
    client = await serve(house.with_settings(disk_floor=1 << 40))
    assert await _ready(client) == (503, ["disk"])


async def test_a_database_that_is_gone(house: Any, serve: Any) -> None:
    client = await serve(house)
    await client.app[RESOURCES].database.close()
    answer = await client.get("/readyz")
    assert answer.status == 503
    assert (await answer.json())["reasons"] == ["database"]
    assert answer.headers["Retry-After"] == "2"
    assert (await client.get("/livez")).status == 200


async def test_a_writer_that_is_stuck(house: Any, serve: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(health, "_PROBE_SECONDS", 0.5)
    client = await serve(house)
    async with client.app[RESOURCES].database.transaction():
        assert await _ready(client) == (503, ["database"])
    assert await _ready(client) == (200, [])


async def test_many_who_ask_at_once_cost_one_write(
    house: Any, serve: Any, monkeypatch: Any
) -> None:
    beat, beats = health._beat, []

    async def counted(resources: Any) -> None:
        beats.append(1)
        await beat(resources)

    monkeypatch.setattr(health, "_beat", counted)
    resources = (await serve(house)).app[RESOURCES]
    probe = health.Probe()
    asking = [asyncio.create_task(probe.reasons(resources)) for _ in range(20)]
    await asyncio.sleep(0)
    asking[0].cancel()
    first, *others = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(first, asyncio.CancelledError)
    assert others == [[]] * 19
    assert len(beats) == 1
    assert await probe.reasons(resources) == []
    assert len(beats) == 2


async def test_no_new_work_while_ending(house: Any, serve: Any) -> None:
    client = await serve(house)
    client.app[DRAINING].begun = True
    assert await _ready(client) == (503, ["draining"])


async def test_a_database_error_is_unavailable_not_a_crash(house: Any, serve: Any) -> None:
    def register(api: Api, _app: Any) -> None:
        @api.operation("GET", "/x", name="x", permission=Permission.PUBLIC, summary="x")
        async def x(_call: Call) -> Any:
            await asyncio.sleep(0)
            raise DatabaseError("db.unavailable", reason="OperationalError")

    client = await serve(house, (*ROUTES, register))
    answer = await client.get("/x")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    assert (await answer.json())["code"] == "server.unavailable"


@pytest.mark.parametrize("path", ["/livez?x=1", "/readyz?x=1"])
async def test_a_probe_takes_no_query(house: Any, serve: Any, path: str) -> None:
    client = await serve(house)
    assert (await client.get(path)).status == 422
