"""Signed calls: clocks that are wrong, and answers that are asked for again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from helpdesk.wire.sync import CHANGES_PATH
from kiosk.identity.calls import code_of
from kiosk.transport import Call, Fields, Reply, TransportError
from tests.kiosk.sync.room import kiosk_of
from tests.kiosk.sync.server_stand_in import problem

CHANGES = Call("GET", CHANGES_PATH)


@pytest.mark.parametrize("wrong", [-3650, -1, 1, 3650])
async def test_a_wrong_clock_costs_one_more_request_and_only_once(
    tmp_path: Path, wrong: float
) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        kiosk.clock.set_wrong(timedelta(days=wrong))
        before = len(kiosk.centre.asked)
        assert (await kiosk.calls.call(CHANGES, 5.0)).status == 200
        assert len(kiosk.centre.asked) == before + 2
        assert (await kiosk.calls.call(CHANGES, 5.0)).status == 200
        assert len(kiosk.centre.asked) == before + 3


async def test_a_clock_that_begins_at_zero_can_sign(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        kiosk.clock.set_wrong(-timedelta(seconds=kiosk.clock.now().timestamp()))
        assert (await kiosk.calls.call(CHANGES, 5.0)).status == 200


async def test_a_server_that_asks_without_end_is_not_followed(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        # Its challenge is good for a time that is not the one it then names.
        kiosk.clock.apart = timedelta(days=9)
        before = len(kiosk.centre.asked)
        kiosk.centre.keys = {"A07:00000000": next(iter(kiosk.centre.keys.values()))}
        reply = await kiosk.calls.call(CHANGES, 5.0)
        assert (reply.status, code_of(reply)) == (401, "signature.key")
        assert len(kiosk.centre.asked) == before + 1


async def test_a_busy_server_says_how_long(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        kiosk.centre.faults = ["busy"]
        with pytest.raises(TransportError) as caught:
            await kiosk.calls.call(CHANGES, 5.0)
        assert (caught.value.code, caught.value.passing) == ("server.busy", True)
        assert caught.value.retry_after == 7.0


async def test_without_an_enrolment_the_shared_secret_names_the_kiosk(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        seen: list[Call] = []

        async def exchange(call: Call, deadline: float, limit: int = 0) -> Reply:
            seen.append(call)
            return Reply(200, Fields(), b"{}")

        kiosk.centre.exchange = exchange  # type: ignore[method-assign]
        await kiosk.calls.call(CHANGES, 5.0)
    assert seen[0].headers == {"Authorization": "shared secret"}


@pytest.mark.parametrize(
    ("body", "code"),
    [(problem("a.b"), "a.b"), (b"", ""), (b"[" * 9999, ""), (b'{"code": 7}', ""), (b"[1]", "")],
)
def test_the_code_of_a_problem_is_read_from_anything(body: bytes, code: str) -> None:
    assert code_of(Reply(400, Fields(), body)) == code
