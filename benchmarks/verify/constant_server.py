"""Our own request layer, whole, answering every check with a constant: what the layer costs.

`python -m benchmarks.verify.constant_server CONFIG`.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvloop
from aiohttp import web

from helpdesk.app import make_app
from helpdesk.config_file import load
from helpdesk.web import Call, Permission
from helpdesk.wire.verification import PATH, VerificationAnswer, VerificationRequest, from_outcome
from invoices.advice import advice_for
from invoices.face import Details
from invoices.kinds import Field, Kind
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict

if TYPE_CHECKING:
    from helpdesk.web import Api

NOW: Final = datetime(2026, 11, 24, tzinfo=UTC)
OUTCOME: Final = Outcome(
    verdict=Verdict.MATCH,
    state=State.NORMAL,
    source=Source.REGISTRY,
    as_of=NOW,
    compared=(Field.NUMBER, Field.ISSUED_ON, Field.AMOUNT),
    advice=advice_for(Verdict.MATCH, State.NORMAL, kind=Kind.DIGITAL_ORDINARY),
    details=Details(
        kind=Kind.DIGITAL_ORDINARY,
        code="",
        number="26112000000000000001",
        issued_on=NOW.date(),
        net=10_000,
        tax=600,
        total=10_600,
        check_code="",
        seller_tax_id="91110000000000000X",
        seller_name="示例有限公司",
    ),
)


def register(api: Api, _app: web.Application) -> None:
    """Declare the operation as the product does."""
    constant = from_outcome(OUTCOME, "A03-261124-0001", "下一步：{}".format)

    @api.operation(
        "POST",
        PATH,
        name="verify",
        permission=Permission.VERIFY,
        summary="A constant",
        body=VerificationRequest,
        answer=VerificationAnswer,
        idempotent=True,
        errors=(422, 429),
    )
    async def verify(_call: Call[VerificationRequest]) -> VerificationAnswer:
        return constant


async def serve(config: Path) -> None:
    """Until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    app = make_app(load(config, os.environ), routes=(register,))
    runner = web.AppRunner(app, handle_signals=False, access_log=None, auto_decompress=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        print(json.dumps({"listening": f"{host}:{port}"}), flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Path(sys.argv[1])))
