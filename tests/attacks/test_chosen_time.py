"""Somebody on the way tells a kiosk whose clock is wrong a time of his own choice."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpdesk.wire import challenge
from helpdesk.wire.sync import CHANGES_PATH
from kiosk.transport import Call, TransportError
from tests.attacks.tampering_proxy import tampering
from tests.kiosk.sync.server_stand_in import TwoClocks
from tests.kiosk.sync.test_real_server import Server, furniture, kiosk_at, server

__all__ = ["furniture", "server"]

CHOSEN = datetime(2030, 6, 1, tzinfo=UTC)
CHANGES = Call("GET", CHANGES_PATH)
_CREATED = re.compile(rb"created=(\d+)")


def dated(field: bytes, value: bytes) -> Callable[[bytes], bytes]:
    return lambda answer: re.sub(
        rb"(?i)(" + field + rb": )[^\r]+", lambda found: found[1] + value, answer
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (b"yanpiao-challenge", challenge.issue(b"x" * 32, "A03", CHOSEN, b"12345678").encode()),
        (b"yanpiao-time", CHOSEN.isoformat().encode()),
    ],
)
async def test_nobody_but_the_server_sets_a_kiosks_time(
    server: Server,
    tmp_path: Path,
    field: bytes,
    value: bytes,
) -> None:
    own = TwoClocks()
    async with (
        tampering(server.port) as proxy,
        kiosk_at(replace(server, port=proxy.port, clock=own), tmp_path / "kiosk") as kiosk,
    ):
        assert (await kiosk.calls.call(CHANGES, 10.0)).status == 200
        own.set_wrong(timedelta(hours=1))
        proxy.answer = dated(field, value)
        for _ in range(2):
            with pytest.raises(TransportError, match=r"server\.unsigned"):
                await kiosk.calls.call(CHANGES, 10.0)
        signed = [datetime.fromtimestamp(int(at), UTC) for at in created(proxy.requests)]
        assert max(signed) < CHOSEN - timedelta(days=365)

        proxy.answer = lambda answer: answer
        assert (await kiosk.calls.call(CHANGES, 10.0)).status == 200


def created(requests: list[bytes]) -> list[bytes]:
    return [found[1] for request in requests if (found := _CREATED.search(request))]
