"""Whoever holds the secret that unenrolled kiosks share takes any name, and gains nothing by it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from helpdesk.app_keys import RESOURCES
from helpdesk.kiosks import named
from helpdesk.kiosks.commands import FORGET_NAMES
from helpdesk.kiosks.routes import BUREAU
from helpdesk.slices import COMMANDS
from helpdesk.wire.verification import PATH
from tests.helpdesk.kiosks.room import NORMAL, ChanceIds
from tests.helpdesk.kiosks.test_routes import enrolled
from tests.helpdesk.web.conftest import Client, House, house, serve  # noqa: F401 - fixtures


def with_guesses(house: House, per_minute: int) -> House:  # noqa: F811
    security = replace(house.config.security, guesses_per_minute=per_minute)
    return replace(house, config=replace(house.config, security=security))


def name(number: int) -> str:
    return f"{'ABCDEFGHJK'[number // 100]}{number % 100:02d}"


async def guess(
    client: Client,
    house: House,  # noqa: F811
    prefix: str,
    number: str = NORMAL.number,
    **headers: str,
) -> tuple[int, str]:
    """Ask for an invoice that there is not; status, and verdict or code of the refusal."""
    if prefix:
        headers["Authorization"] = f"Yanpiao-Kiosk {prefix}:{house.keys.kiosk_access.hex()}"
    headers["Idempotency-Key"] = ChanceIds().op_id()
    body = {"number": number, "issued_on": "20261120", "amount": "1.00"}
    response = await client.post(PATH, json=body, headers=headers)
    told = await response.json()
    return response.status, told.get("verdict", "") or told.get("code", "")


async def test_many_names_are_one_guesser(house: House, serve: Any) -> None:  # noqa: F811
    client = await serve(with_guesses(house, 20))
    told = [await guess(client, house, name(n), f"2611200000000000{n:04d}") for n in range(60)]
    assert sum(status == 200 for status, _ in told) == 20
    assert told[-1] == (429, "verification.guesses")
    assert await guess(client, house, "") == (429, "verification.guesses"), "the address as well"


async def test_many_names_are_one_caller(house: House, serve: Any) -> None:  # noqa: F811
    proxied = house.with_settings(kiosk_requests_per_minute=10, trusted_proxies="127.0.0.1")
    client = await serve(proxied)
    told = [
        (await guess(client, house, name(n), **{"X-Forwarded-For": f"198.51.100.{n}"}))[0]
        for n in range(12)
    ]
    assert told == [200] * 10 + [429] * 2
    assert (await enrolled(client)).kiosk.kiosk, "an enrolled kiosk has its own"


async def test_one_address_takes_half_of_what_all_without_enrolment_have(
    house: House,  # noqa: F811
    serve: Any,  # noqa: F811
) -> None:
    client = await serve(
        house.with_settings(kiosk_requests_per_minute=10, trusted_proxies="127.0.0.1")
    )
    told = [
        (await guess(client, house, name(n), **{"X-Forwarded-For": "198.51.100.7"}))[0]
        for n in range(6)
    ]
    assert told == [200] * 5 + [429]
    assert (await guess(client, house, "B01", **{"X-Forwarded-For": "198.51.100.8"}))[0] == 200


async def test_made_up_names_use_up_nobodys_checks_of_the_day(house: House, serve: Any) -> None:  # noqa: F811
    client = await serve(house)
    told = [(await guess(client, house, name(number)))[1] for number in range(6)]
    assert told == ["not_found"] * 5 + ["daily_limit"]
    line = await enrolled(client)
    body = b'{"number":"%s","issued_on":"20261120","amount":"1.00"}' % NORMAL.number.encode()
    key = {"Idempotency-Key": ChanceIds().op_id()}
    assert (await line.call("POST", PATH, body, **key))[1]["verdict"] == "not_found"
    assert (await guess(client, house, ""))[1] == "not_found"


async def test_made_up_names_leave_prefixes_for_kiosks(house: House, serve: Any) -> None:  # noqa: F811
    client = await serve(house)
    told = [await guess(client, house, name(number)) for number in range(named.MOST + 3)]
    assert [status for status, _ in told].count(200) == named.MOST
    assert told[-1] == (403, "auth.names")
    assert (await guess(client, house, name(0)))[0] == 200, "known names go on"
    bureau = client.app[BUREAU]
    assert (await bureau.enrolment.invite()).kiosk
    resources = client.app[RESOURCES]
    lines = [line async for line in COMMANDS[FORGET_NAMES](resources, {})]
    assert lines == [{"names": named.MOST}]
    assert (await guess(client, house, name(named.MOST)))[0] == 200


async def test_an_ipv6_customers_network_is_one_guesser(house: House, serve: Any) -> None:  # noqa: F811
    client = await serve(with_guesses(house.with_settings(trusted_proxies="127.0.0.1"), 3))
    told = [
        (await guess(client, house, "", **{"X-Forwarded-For": f"2001:db8:7:1:{n}::{n}"}))[0]
        for n in range(1, 6)
    ]
    assert told == [200, 200, 200, 429, 429]
    other = {"X-Forwarded-For": "2001:db8:7:2::1"}
    assert (await guess(client, house, "", **other))[0] == 200
