"""What a kiosk asks under an operation id is one thing, whoever carries it to the server."""

from __future__ import annotations

from helpdesk.wire.verification import PATH, request_of
from invoices.claim import from_face
from invoices.verdict import Verdict
from tests.helpdesk.kiosks.room import INVOICES, NORMAL, ChanceIds, outcome
from tests.helpdesk.kiosks.test_routes import Line, line
from tests.helpdesk.web.conftest import house, serve

__all__ = ["house", "line", "serve"]

OTHER = from_face(INVOICES["voided"][0])


async def test_a_check_told_of_another_invoice_than_it_asked_about_is_refused(line: Line) -> None:
    op_id = ChanceIds().op_id()
    body = request_of(NORMAL).model_dump_json(exclude_unset=True).encode()
    assert (await line.call("POST", PATH, body, **{"Idempotency-Key": op_id}))[0] == 200
    line.kiosk.check(OTHER, told=outcome(Verdict.NOT_FOUND), operation=op_id)
    status, answer = await line.push()
    assert status == 200
    assert [(each["outcome"], each["reason"]) for each in answer["verdicts"]] == [
        ("refused", "journal.op_id")
    ]


async def test_an_unsigned_idempotency_key_is_refused(line: Line) -> None:
    body = request_of(NORMAL).model_dump_json(exclude_unset=True).encode()
    headers = line.signed("POST", PATH, body) | {"Idempotency-Key": ChanceIds().op_id()}
    status, answer = await line.send("POST", PATH, body, headers)
    assert (status, answer["code"]) == (401, "signature.form")
