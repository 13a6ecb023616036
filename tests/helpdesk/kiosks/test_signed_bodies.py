"""What a stranger may put into a signed request, and how much of it the server takes in."""

from __future__ import annotations

import asyncio
import json

import pytest

from helpdesk.wire import journal_batch, sync
from tests.helpdesk.kiosks.room import new_kiosk
from tests.helpdesk.kiosks.test_routes import Line, line  # noqa: F401 - a fixture
from tests.helpdesk.web.conftest import Client, house, serve  # noqa: F401 - fixtures

LENGTH = 8 << 20


async def heard(client: Client, head: list[tuple[str, bytes]], method: str, path: str) -> str:
    """The answer to a head alone: the body it announces never comes."""
    reader, writer = await asyncio.open_connection(client.host, client.port)
    lines = [f"{method} {path} HTTP/1.1".encode(), *(f"{k}: ".encode() + v for k, v in head)]
    writer.write(b"\r\n".join([*lines, b"", b""]))
    async with asyncio.timeout(10):
        status = await reader.readline()
        length = 0
        while line_ := (await reader.readline()).strip().lower():
            if line_.startswith(b"content-length:"):
                length = int(line_.partition(b":")[2])
        body = await reader.readexactly(length)
    writer.close()
    return f"{status.split()[1].decode()} {json.loads(body)['code']}"


def head_of(line: Line, signed: dict[str, str], **other: bytes) -> list[tuple[str, bytes]]:  # noqa: F811
    fields = {"Host": f"{line.client.host}:{line.client.port}".encode()}
    fields |= {name: text.encode() for name, text in signed.items()}
    fields |= {name.replace("_", "-"): value for name, value in other.items()}
    return list(fields.items())


async def test_no_body_is_waited_for_before_it_is_known_whose_it_is(line: Line) -> None:  # noqa: F811
    path = journal_batch.PATH
    length = {"Content_Length": str(LENGTH).encode(), "Content_Type": b"application/json"}
    good = line.signed("POST", path, b"x" * LENGTH)
    strangers = new_kiosk(9)
    strangers.kiosk = line.kiosk.kiosk
    line.kiosk = strangers
    foreign = line.signed("POST", path, b"x" * LENGTH)
    forged = {**good, "Signature": foreign["Signature"]}
    for headers, code in ((foreign, "key"), (forged, "wrong")):
        answer = await heard(line.client, head_of(line, headers, **length), "POST", path)
        assert answer == "401 signature." + code


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("Content_Digest", "401 signature.digest"),
        ("Signature", "401 signature.form"),
        ("Signature_Input", "401 signature.form"),
        ("Host", "401 signature.form"),
    ],
)
async def test_bytes_that_are_no_text_are_refused_not_a_fault_of_ours(
    line: Line,  # noqa: F811
    name: str,
    answer: str,
) -> None:
    path = sync.CHANGES_PATH
    head = head_of(line, line.signed("GET", path), **{name: b"sig1=\xff"})
    assert await heard(line.client, head, "GET", path) == answer
