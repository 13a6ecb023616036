"""One kiosk's key, even a stolen one that was fenced, cannot stall the server by long pushes.

What a caller may send is judged from its head: so these tests send heads whose bodies never come.
"""

from __future__ import annotations

import threading
import time
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel

from helpdesk.kiosks.routes import BUREAU, PUSH_LIMIT
from helpdesk.web import RequestError, parsing
from helpdesk.web.guard import BLOCKED_LENGTH, BLOCKED_PER_MINUTE
from helpdesk.wire import journal_batch
from helpdesk.wire.journal_form import PLAINTEXT_LENGTH
from kiosk.journal.outbox import BATCH_BYTES
from tests.helpdesk.kiosks.test_routes import Line, enrolled, line  # noqa: F401 - a fixture
from tests.helpdesk.kiosks.test_signed_bodies import head_of, heard
from tests.helpdesk.web.conftest import House, house, serve  # noqa: F401 - fixtures

PATH = journal_batch.PATH
MIB = 1 << 20
BOMB = b'{"a":[' + b"0," * (2 * MIB - 8) + b"0]}"


async def push_head(line: Line, length: int, digest_of: bytes = b"") -> str:  # noqa: F811
    """What a push hears that announces `length` bytes and sends none of them."""
    head = line.signed("POST", PATH, digest_of)
    fields = {"Content_Length": str(length).encode(), "Content_Type": b"application/json"}
    return await heard(line.client, head_of(line, head, **fields), "POST", PATH)


async def fence(line: Line) -> None:  # noqa: F811
    await line.client.server.app[BUREAU].fleet.fence(line.kiosk.kiosk)  # type: ignore[attr-defined]


async def test_a_push_longer_than_any_kiosk_sends_is_refused_unread(line: Line) -> None:  # noqa: F811
    assert await push_head(line, PUSH_LIMIT + 1) == "413 http.413"
    await fence(line)
    assert await push_head(line, BLOCKED_LENGTH + 1) == "413 http.413"


async def test_a_fenced_key_pushes_six_times_a_minute_and_no_more(line: Line) -> None:  # noqa: F811
    await fence(line)
    for _ in range(BLOCKED_PER_MINUTE):
        line.kiosk.check()
        assert (await line.push())[0] == 200
    assert await push_head(line, 1000) == "429 request.rate"


async def test_a_push_is_counted_before_its_body_is_read(house: House, serve: Any) -> None:  # noqa: F811
    line = await enrolled(await serve(house.with_settings(kiosk_requests_per_minute=2)))  # noqa: F811
    for _ in range(2):
        assert (await line.push())[0] == 200
    assert await push_head(line, 1000) == "429 request.rate"


def test_the_longest_batch_of_a_kiosk_fits_even_when_it_is_fenced() -> None:
    # One entry may go over, everything but the content is short, base64 takes four for three.
    content = (BATCH_BYTES + PLAINTEXT_LENGTH) * 4 // 3
    others = journal_batch.BATCH_ENTRIES * (journal_batch.HEADER_LENGTH * 4 // 3 + 200)
    assert content + others < BLOCKED_LENGTH < PUSH_LIMIT


async def test_many_values_are_refused_without_being_parsed(
    line: Line,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Parser:
        def decode(self, text: str) -> Any:
            raise AssertionError(f"{len(text)} characters were parsed")

    monkeypatch.setattr(parsing, "_DECODER", Parser())
    before = time.thread_time()
    for _ in range(2):
        status, told = await line.call("POST", PATH, BOMB)
        assert (status, told["code"]) == (422, "request.json")
    # The thread of the loop, in which this client works too; parsing took 0.5 s for each.
    assert time.thread_time() - before < 0.5


async def test_a_full_batch_has_fewer_values_than_are_refused(line: Line) -> None:  # noqa: F811
    for _ in range(journal_batch.BATCH_ENTRIES):
        line.kiosk.check()
    body = line.kiosk.batch().model_dump_json().encode()
    assert parsing._most_values(body) < parsing.MOST_VALUES // 4


async def test_a_long_body_is_parsed_beside_the_loop() -> None:
    threads: list[str] = []

    def noted(text: str) -> str:
        threads.append(threading.current_thread().name)
        return text

    class Note(BaseModel):
        text: Annotated[str, AfterValidator(noted)]

    for length in (1, 1 << 17):
        await parsing.parse_body(Note(text="x" * length).model_dump_json().encode(), Note)
    main = threading.current_thread().name
    assert threads[1] == main
    assert threads[-1] != main
    with pytest.raises(RequestError, match=r"request\.json"):
        await parsing.parse_body(b"[" * (1 << 17), Note)
