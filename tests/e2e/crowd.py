"""People who check one invoice after the other whatever happens, and the proof of what they got."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Container, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Self

import asyncpg

from kiosk.control import ask
from kiosk.demo.stage import Stage
from kiosk.errors import KioskError
from tests.e2e.centre_kiosk import ANSWER_WITHIN, CentreKiosk, until
from tests.e2e.visitor import SECONDS

PAUSE = 0.05
"""Seconds between two checks of a person."""

_COUNTED = """
    SELECT SUM(CASE WHEN verdict IN ('match', 'mismatch', 'not_found') THEN 1 ELSE 0 END),
           SUM(CASE WHEN verdict = 'daily_limit' THEN 1 ELSE 0 END),
           (SELECT SUM(checks) FROM verification_count)
    FROM verification_check
"""


@dataclass
class Told:
    """What the people have heard: verdicts by record number, and codes of what was refused."""

    verdicts: dict[str, str] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0


class Crowd:
    """Checks `payloads` through the kiosk's control socket from a thread, inside the block."""

    def __init__(self, kiosk: CentreKiosk, payloads: Iterator[str], people: int = 2) -> None:
        self.told = Told()
        self._kiosk = kiosk
        self._payloads = payloads
        self._people = people
        self._news = threading.Condition()
        self._over = False
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()), name="crowd")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()

    def waits_for(self, more: int) -> None:
        """Until so many more were answered."""
        self._wait(lambda: len(self.told.verdicts), more)

    def waits_for_refusals(self, more: int, codes: Container[str]) -> None:
        """Until so many more were refused with one of these codes."""
        self._wait(lambda: sum(n for code, n in self.told.refused.items() if code in codes), more)

    def hears(self, record: str) -> None:
        """Somebody at the screen was told something too."""
        with self._news:
            self.told.verdicts[record] = "shown"

    def _wait(self, count: Callable[[], int], more: int) -> None:
        with self._news:
            wanted = count() + more
            assert self._news.wait_for(lambda: count() >= wanted, SECONDS), self.told

    async def _all(self) -> None:
        await asyncio.gather(*(self._person() for _ in range(self._people)))

    async def _person(self) -> None:
        socket = self._kiosk.data / "control.sock"
        while not self._over:
            params = {"payload": next(self._payloads).encode().hex()}
            begun = time.monotonic()
            try:
                answer = await ask(socket, "verify", params, deadline=ANSWER_WITHIN)
            except KioskError as error:
                self._heard_no(error.code)
            else:
                self._heard(answer, time.monotonic() - begun)
            await asyncio.sleep(PAUSE)

    def _heard(self, answer: dict[str, Any], seconds: float) -> None:
        with self._news:
            assert answer["record"] not in self.told.verdicts, "a record number twice"
            self.told.verdicts[answer["record"]] = answer["verdict"]
            self.told.slowest = max(self.told.slowest, seconds)
            self._news.notify_all()

    def _heard_no(self, code: str) -> None:
        with self._news:
            self.told.refused[code] += 1
            self._news.notify_all()


def proved(kiosk: CentreKiosk, told: Told) -> None:
    """After the outage: all that was told is on the server exactly once, and both sides agree."""
    until(kiosk.delivered, 2 * SECONDS)
    checks = dict(kiosk.rows("SELECT record, op_id FROM checks"))
    assert set(told.verdicts) <= set(checks)
    written = kiosk.rows("SELECT seq, op_id, hash, outcome FROM journal_entries ORDER BY seq")
    assert [row[0] for row in written] == list(range(1, len(written) + 1))
    assert {row[1] for row in written} == set(checks.values())
    assert {row[3] for row in written} == {"applied"}
    entries = of_server(
        kiosk.stage,
        "SELECT kiosk, seq, op_id, hash, outcome FROM kiosks_entry JOIN kiosks_branch"
        " ON kiosks_branch.id = branch ORDER BY seq",
    )
    assert [entry[1:] for entry in entries if entry[0] == kiosk.prefix] == written
    counted = of_server(kiosk.stage, "SELECT op_id FROM verification_check")
    assert len(set(counted)) == len(counted)
    assert {(op_id,) for op_id in checks.values()} <= set(counted)
    # One that was told of the daily limit counts where the server said so, not where we did.
    ((answered, limited, sums),) = of_server(kiosk.stage, _COUNTED)
    assert answered <= sums <= answered + limited
    matters = of_server(kiosk.stage, "SELECT kiosk, code FROM kiosks_exception")
    assert not [matter for matter in matters if matter[0] == kiosk.prefix]


def of_server(stage: Stage, sql: str) -> list[tuple[Any, ...]]:
    """Rows of the server's database, beside it."""
    if stage.database.startswith("sqlite://"):
        path = stage.database.removeprefix("sqlite://")
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return database.execute(sql).fetchall()
    return asyncio.run(_of_postgres(stage.database, sql))


async def _of_postgres(url: str, sql: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()
