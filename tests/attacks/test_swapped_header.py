"""Somebody on the way gives a question another question's id, to have its answer instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from invoices.claim import Claim, from_face
from invoices.verdict import State, Verdict
from kiosk.check_book import Delivery
from kiosk.online_verifier import OnlineVerifier
from kiosk.verification import VerifierError
from tests.attacks.tampering_proxy import tampering
from tests.helpdesk.kiosks.room import TODAY
from tests.kiosk.stand_ins import op
from tests.kiosk.sync.test_real_server import (
    NORMAL,
    VOIDED,
    Server,
    check,
    furniture,
    kiosk_at,
    server,
)
from tests.verifier_contract import unknown_invoice

__all__ = ["furniture", "server"]

INVENTED = from_face(unknown_invoice(TODAY))
_KEY = re.compile(rb"(?i)(idempotency-key: )(\S+)")


def swapped(op_id: str) -> Callable[[bytes], bytes]:
    return lambda message: _KEY.sub(rb"\g<1>" + op_id.encode(), message)


def removed(message: bytes) -> bytes:
    return re.sub(rb"(?i)idempotency-key: \S+\r\n", b"", message)


def doubled(op_id: str) -> Callable[[bytes], bytes]:
    line = b"Idempotency-Key: " + op_id.encode() + b"\r\n"
    return lambda message: _KEY.sub(line + rb"\g<0>", message)


async def voided_since(server: Server) -> None:
    """The registry has the invoice taken back: its old answer holds no more."""
    async with server.resources.database.transaction() as tx:
        await tx.execute("DELETE FROM registry_invoice")


@pytest.mark.parametrize("told", [True, False], ids=["told", "asked"])
@pytest.mark.parametrize("asked", [VOIDED, INVENTED, NORMAL], ids=["voided", "invented", "same"])
async def test_no_question_gets_the_answer_of_another(
    server: Server,
    tmp_path: Path,
    asked: Claim,
    told: bool,
) -> None:
    good = op("good")
    async with (
        tampering(server.port) as proxy,
        kiosk_at(replace(server, port=proxy.port), tmp_path / "kiosk") as kiosk,
    ):
        verifier = OnlineVerifier(kiosk.calls)
        outcome = await verifier.verify(good, NORMAL, 10.0)
        assert (outcome.verdict, outcome.state) == (Verdict.MATCH, State.NORMAL)
        if told:
            await kiosk.database.checks.add(check("good", NORMAL, outcome, Delivery.ANSWERED))
            assert await kiosk.sync.round()
        await voided_since(server)

        for name, tamper in (("a", swapped(good)), ("b", removed), ("c", doubled(good))):
            proxy.request = tamper
            with pytest.raises(VerifierError) as caught:
                await verifier.verify(op(name), asked, 10.0)
            assert caught.value.code == "verifier.status"
        proxy.request = lambda message: message
        assert (await verifier.verify(op("d"), asked, 10.0)).verdict is Verdict.NOT_FOUND


async def test_no_answer_is_shown_for_another_operation(
    server: Server,
    tmp_path: Path,
) -> None:
    async with (
        tampering(server.port) as proxy,
        kiosk_at(replace(server, port=proxy.port), tmp_path / "kiosk") as kiosk,
    ):
        verifier = OnlineVerifier(kiosk.calls)
        heard: list[bytes] = []

        def overheard(answer: bytes) -> bytes:
            heard.append(answer)
            return answer

        proxy.answer = overheard
        assert (await verifier.verify(op("a"), NORMAL, 10.0)).state is State.NORMAL
        await voided_since(server)

        proxy.answer = lambda _: heard[-1]
        for asked in (NORMAL, VOIDED):
            with pytest.raises(VerifierError) as caught:
                await verifier.verify(op("b"), asked, 10.0)
            assert caught.value.code == "verifier.unsigned"
