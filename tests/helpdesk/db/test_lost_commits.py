"""A COMMIT whose outcome nobody knows is never tried again: its caller asks under its own id."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal

import asyncpg
import pytest

from helpdesk.db import Database, DatabaseError, GroupCommit, Transaction
from helpdesk.db.errors import translated
from tests.helpdesk.db.commit_proxy import commit_proxy

MAKE = "CREATE TABLE ledger (number INT NOT NULL)"
PUT = "INSERT INTO ledger (number) VALUES ($1)"


async def apply(tx: Transaction, items: Sequence[int]) -> Sequence[int]:
    await tx.executemany(PUT, [(item,) for item in items])
    return items


@pytest.mark.parametrize("fate", ["lost", "garbled", "cut"])
async def test_a_commit_of_unknown_outcome_fails_its_batch_once(
    postgres_url: str, fate: Literal["lost", "garbled", "cut"]
) -> None:
    async with commit_proxy(postgres_url) as (proxy, url):
        database = await Database.open(url)
        try:
            async with database.transaction() as tx:
                await tx.execute(MAKE)
            proxy.asked = 0
            async with GroupCommit(database, apply) as group:
                proxy.commits = fate
                failed = await asyncio.gather(
                    *(group.submit(number) for number in range(5)), return_exceptions=True
                )
                assert proxy.asked == 1
                proxy.commits = "passed"
                assert await group.submit(7) == 7, "the next one goes over another line"
            rows = await database.read("SELECT number FROM ledger ORDER BY number")
        finally:
            await database.close()
    assert all(isinstance(each, DatabaseError) for each in failed), failed
    assert [number for (number,) in rows] == ([7] if fate == "cut" else [*range(5), 7])


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InternalClientError("got result for unknown protocol state 3"),
        asyncpg.TargetServerAttributeNotMatched("none of the hosts match"),
    ],
)
def test_what_the_driver_raises_outside_its_own_tree_is_ours_too(error: Exception) -> None:
    with pytest.raises(DatabaseError, match=r"db\.unavailable"), translated():
        raise error
