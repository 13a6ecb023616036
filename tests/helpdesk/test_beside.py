"""A command works through the server that owns the file, and alone when there is none."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from helpdesk import slices
from helpdesk.cli.frame import Frame
from helpdesk.config import Config
from helpdesk.config_file import load
from helpdesk.db import database_of, migrate
from helpdesk.errors import HelpdeskError
from helpdesk.resources import Resources
from helpdesk.security import KeyRing
from helpdesk.serve import serve
from helpdesk.texts import load_texts


async def _beat(
    resources: Resources, params: Mapping[str, Any]
) -> AsyncIterator[Mapping[str, Any]]:
    if params["name"] == "bad":
        raise HelpdeskError("input.bad")
    async with resources.database.transaction() as tx:
        await tx.execute("INSERT INTO heartbeat VALUES ($1, 'now')", str(params["name"]))
    yield {"written": params["name"], "task": asyncio.current_task().get_name()}  # type: ignore[union-attr]


@pytest.fixture
def frame(monkeypatch: pytest.MonkeyPatch) -> Frame:
    for module in (slices, __import__("helpdesk.serve", fromlist=["serve"])):
        monkeypatch.setattr(module, "COMMANDS", {"beat": _beat})
    return Frame(load_texts().of("en"), {}, io.StringIO(), io.StringIO())


@pytest.fixture
def config(tmp_path: Path) -> Config:
    file = tmp_path / "config.toml"
    file.write_text(
        '[helpdesk]\nlisten = "127.0.0.1:0"\ncontrol = "c.sock"\n'
        '[database]\nurl = "sqlite://h.sqlite3"\n[security]\nkeys = "keys"\n',
        encoding="utf-8",
    )
    KeyRing.create(tmp_path / "keys")
    return load(file, {})


def _run(frame: Frame, config: Config, name: str) -> list[Mapping[str, Any]]:
    lines: list[Mapping[str, Any]] = []
    frame.run(config, "beat", {"name": name}, lines.append)
    return lines


async def _migrated(config: Config) -> None:
    async with database_of(config.database_url) as database:
        await migrate(database)


async def test_through_the_server_and_then_alone(frame: Frame, config: Config) -> None:
    await _migrated(config)
    stop, listening = asyncio.Event(), asyncio.Event()
    server = asyncio.create_task(serve(config, {}, stop, listening=lambda _: listening.set()))
    async with asyncio.timeout(20):
        await listening.wait()
    (beside,) = await asyncio.to_thread(_run, frame, config, "beside")
    assert beside == {"written": "beside", "task": "control-command"}
    with pytest.raises(HelpdeskError, match=r"input\.bad"):
        await asyncio.to_thread(_run, frame, config, "bad")
    stop.set()
    await server
    (alone,) = await asyncio.to_thread(_run, frame, config, "alone")
    assert alone["task"] != "control-command"
    async with database_of(config.database_url) as database:
        rows = await database.read("SELECT name FROM heartbeat ORDER BY name")
    assert rows == [("alone",), ("beside",)]


async def test_a_file_owned_by_something_without_a_socket(frame: Frame, config: Config) -> None:
    await _migrated(config)
    async with database_of(config.database_url):
        with pytest.raises(HelpdeskError, match=r"db\.owned"):
            await asyncio.to_thread(_run, frame, config, "refused")
