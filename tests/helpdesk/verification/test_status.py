"""What the invoice of an earlier check is now: told anew, never counted, to kiosks alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from helpdesk.app_keys import RESOURCES
from helpdesk.registry.columns import Entry
from helpdesk.registry.store import RegistryStore
from helpdesk.security import KeyRing
from helpdesk.wire.check_status import CheckStatus, path_of
from invoices.verdict import State, Verdict
from tests.helpdesk.verification.test_routes import (
    Client,
    Serve,
    ask,
    body,
    clock,
    keys,
    kiosk,
    serve,
    stock,
)
from tests.verifier_contract import DAILY_LIMIT, OpIds

__all__ = ["clock", "keys", "serve", "stock"]


async def status(client: Client, op_id: str, headers: dict[str, str]) -> tuple[int, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named.pop("Idempotency-Key", None)
    async with client.get(path_of(op_id), headers=named) as response:
        return response.status, await response.json(content_type=None)


async def change(client: Client, ring: KeyRing, entry: Entry, state: State) -> None:
    database = client.server.app[RESOURCES].database  # type: ignore[attr-defined] # a TestServer
    registry = RegistryStore(database, ring)
    async with database.transaction() as tx:
        await registry.change(tx, registry.finish([replace(entry, state=state)]))


async def test_the_state_of_now_is_told_and_nothing_is_counted(
    serve: Serve, stock: list[Entry], keys: KeyRing
) -> None:
    client, one = await serve(stock), OpIds()()
    headers = kiosk(keys, one)
    assert (await ask(client, body(), **headers))[1]["state"] == "normal"
    await change(client, keys, stock[0], State.VOIDED)

    told = [await status(client, one, headers) for _ in range(DAILY_LIMIT + 2)]

    assert {code for code, _ in told} == {200}
    assert {(each["verdict"], each["state"]) for _, each in told} == {("match", "voided")}
    assert set(told[0][1]) == set(CheckStatus.model_fields), "nothing else of the invoice"
    ids = OpIds(1)
    left = [(await ask(client, body(), **kiosk(keys, ids())))[1] for _ in range(DAILY_LIMIT)]
    assert [each["verdict"] for each in left] == ["match"] * (DAILY_LIMIT - 1) + ["daily_limit"]


async def test_a_check_that_used_up_the_limit_still_tells_what_is_now(
    serve: Serve, stock: list[Entry], keys: KeyRing
) -> None:
    client, ids = await serve(stock), OpIds()
    asked = [ids() for _ in range(DAILY_LIMIT + 1)]
    for one in asked:
        await ask(client, body(), **kiosk(keys, one))
    assert (await status(client, asked[0], kiosk(keys, asked[0])))[1]["verdict"] == "match"


async def test_what_a_limit_refused_is_not_compared_here(
    serve: Serve, stock: list[Entry], keys: KeyRing
) -> None:
    client, ids = await serve(stock), OpIds()
    for _ in range(DAILY_LIMIT):
        await ask(client, body(), **kiosk(keys, ids()))
    guess, early = ids(), ids()
    assert (await ask(client, body(), **kiosk(keys, guess)))[1]["verdict"] == "daily_limit"
    assert (await ask(client, body("today"), **kiosk(keys, early)))[1]["verdict"] == "too_early"
    assert [(await status(client, one, kiosk(keys, one)))[0] for one in (guess, early)] == [404] * 2


async def test_a_mismatch_stays_one_and_the_unknown_is_not_found(
    serve: Serve, stock: list[Entry], keys: KeyRing
) -> None:
    client, one = await serve(stock), OpIds()()
    wrong = body("edge") | {"check_code": "000000"}
    await ask(client, wrong, **kiosk(keys, one))
    assert (await status(client, one, kiosk(keys, one)))[1]["verdict"] == Verdict.MISMATCH
    code, problem = await status(client, OpIds(7)(), kiosk(keys, one))
    assert (code, problem["code"]) == (404, "verification.unknown")


async def test_strangers_are_not_told(serve: Serve, stock: list[Entry], keys: KeyRing) -> None:
    client, one = await serve(stock), OpIds()()
    await ask(client, body(), **kiosk(keys, one))
    assert (await status(client, one, {}))[0] in {401, 403}
