from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest
import structlog

from helpdesk.db import ConstraintError, Database
from helpdesk.logs import configure_logs, note_loop_error, places

CANARY = "91110108MA00SECRET"


async def _fail() -> None:
    raise ValueError(CANARY)


def _lines(log: Any) -> list[dict[str, Any]]:
    text: str = log.text()
    assert CANARY not in text
    return [json.loads(line) for line in text.splitlines()]


def test_a_full_disk_stops_the_log_and_nothing_else(
    log: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    stop = configure_logs(Path("/dev/full"))
    structlog.stdlib.get_logger("helpdesk.x").error("a.fault")
    stop()
    assert capfd.readouterr() == ("", "")


def test_lines_are_json_in_utc_with_what_was_said(log: Any) -> None:
    structlog.stdlib.get_logger("helpdesk.x").warning("thing.happened", count=3, text="票\n{}")
    (line,) = _lines(log)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "thing.happened",
        "level": "warning",
        "logger": "helpdesk.x",
        "count": 3,
        "text": "票\n{}",
    }


def test_an_exception_of_a_library_is_type_and_places(log: Any) -> None:
    try:
        asyncio.run(_fail())
    except ValueError:
        logging.getLogger("aiohttp.server").exception("Error handling request")
        logging.getLogger("other").warning("also", exc_info=True)
    for line in _lines(log):
        assert line["error"] == "ValueError"
        assert line["at"][-1].endswith("_fail")


async def test_a_task_nobody_awaited_is_type_and_places(log: Any) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(note_loop_error)
    task = asyncio.create_task(_fail())
    await asyncio.wait([task])
    del task
    lines = [line for line in await asyncio.to_thread(_lines, log) if line["event"] == "loop.error"]
    assert [line["error"] for line in lines] == ["ValueError"]


async def test_a_refused_row_is_not_quoted(database: Database, log: Any) -> None:
    """PostgreSQL repeats the value in its message."""
    async with database.transaction() as tx:
        await tx.execute("CREATE TABLE secret (name VARCHAR(40) UNIQUE)")
        await tx.execute("INSERT INTO secret VALUES ($1)", CANARY)

    async def again() -> None:
        async with database.transaction() as tx:
            await tx.execute("INSERT INTO secret VALUES ($1)", CANARY)

    with pytest.raises(ConstraintError) as caught:
        await again()
    structlog.stdlib.get_logger("helpdesk.x").error("row.refused", **places(caught.value))
    lines = await asyncio.to_thread(_lines, log)
    assert lines[-1]["error"].startswith("ConstraintError < ")


def test_statements_are_not_logged(log: Any) -> None:
    for name in ("tortoise.db_client", "aiosqlite", "asyncpg"):
        logging.getLogger(name).debug("SELECT %s", CANARY)
        logging.getLogger(name).info("SELECT %s", CANARY)
    assert _lines(log) == []
