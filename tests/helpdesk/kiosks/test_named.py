"""Kiosks that are not enrolled, beside those that are: no two write the same record number."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.kiosks import named, prefixes
from helpdesk.kiosks.errors import KiosksError
from helpdesk.kiosks.routes import BUREAU
from helpdesk.web import RequestError
from helpdesk.wire.verification import PATH
from tests.helpdesk.kiosks.room import NORMAL, Centre, ChanceIds, granted, new_kiosk, request
from tests.helpdesk.web.conftest import Client, House, house, serve  # noqa: F401 - fixtures


async def asks(client: Client, house: House, prefix: str) -> tuple[int, str, str]:  # noqa: F811
    secret = f"Yanpiao-Kiosk {prefix}:{house.keys.kiosk_access.hex()}"
    headers = {"Authorization": secret, "Idempotency-Key": ChanceIds().op_id()}
    response = await client.post(PATH, json={"number": NORMAL.number}, headers=headers)
    told = await response.json()
    return response.status, told.get("code", ""), told.get("detail", "")


async def enrol(client: Client, prefix: str = "", seed: int = 0) -> str:
    desk = client.server.app[BUREAU].enrolment  # type: ignore[attr-defined]
    kiosk = new_kiosk(seed)
    made = await desk.invite(prefix=prefix)
    asked = request(kiosk, made.code, await desk.hello())
    granted(kiosk, made.code, asked, await desk.admit(asked))
    return kiosk.kiosk


async def test_a_leased_prefix_is_its_kiosks_alone(house: House, serve: Any) -> None:  # noqa: F811
    client = await serve(house)
    leased = await enrol(client)
    status, code, sentence = await asks(client, house, leased)
    assert (status, code) == (403, "auth.leased")
    assert "kiosk enrol" in sentence
    assert (await asks(client, house, "A09"))[0] == 200


async def test_a_prefix_that_is_in_use_without_enrolment_is_not_leased_to_another(
    house: House,  # noqa: F811
    serve: Any,  # noqa: F811
) -> None:
    client = await serve(house)
    for _ in range(2):
        assert (await asks(client, house, "A02"))[0] == 200
    assert [await enrol(client, seed=seed) for seed in (1, 2)] == ["A01", "A03"]
    assert (await asks(client, house, "A02"))[0] == 200


async def test_a_kiosk_in_use_goes_on_until_it_enrols_under_its_prefix(centre: Centre) -> None:
    bureau = centre.bureau
    await bureau.named.check("A03")
    await bureau.enrolment.invite(prefix="A03")
    await centre.again().bureau.named.check("A03")
    await bureau.enrolment.invite(prefix="A04")
    with pytest.raises(RequestError, match=r"auth\.leased"):
        await bureau.named.check("A04")
    await bureau.named.check("B01")
    kiosk = new_kiosk()
    await centre.enrol(kiosk, prefix="B01")
    assert kiosk.kiosk == "B01"
    for _ in range(2):
        with pytest.raises(RequestError, match=r"auth\.leased"):
            await bureau.named.check("B01")
        await bureau.fleet.fence("B01")


async def test_a_name_is_looked_up_once_in_a_while_and_at_once_when_it_is_leased(
    centre: Centre,
) -> None:
    names, clock = centre.bureau.named, centre.clock
    await names.check("A05")
    async with centre.database.transaction() as tx:
        await tx.execute("DELETE FROM kiosks_named")
    await names.check("A05")
    assert await centre.rows("SELECT kiosk FROM kiosks_named") == [], "it was not looked up"
    clock.pass_(seconds=6)
    await names.check("A05")
    assert await centre.rows("SELECT kiosk FROM kiosks_named") == [("A05",)]
    await centre.enrol(new_kiosk(), prefix="A05")
    with pytest.raises(RequestError, match=r"auth\.leased"):
        await names.check("A05")
    for number in range(3 * named._MOST_REMEMBERED):
        names._remember(f"X{number}")
    assert len(names._admitted) <= named._MOST_REMEMBERED


async def test_names_that_can_be_no_prefix_are_not_noted(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(named, "MOST", 2)
    for name in ("W", "1A", "A2345678", "A01", "A02"):
        await centre.bureau.named.check(name)
    with pytest.raises(RequestError, match=r"auth\.names"):
        await centre.bureau.named.check("A03")
    assert await centre.rows("SELECT kiosk FROM kiosks_named ORDER BY kiosk") == [
        ("A01",),
        ("A02",),
    ]


def test_names_may_not_use_up_what_is_asked_for() -> None:
    everything = {f"{letter}{n:02d}" for letter in "ABCDEFGHJKLMNPQRSTUVXYZ" for n in range(100)}
    with pytest.raises(KiosksError, match=r"kiosks\.prefixes"):
        prefixes.choose((), named=everything)
    assert prefixes.choose((), "A03", everything) == "A03"
