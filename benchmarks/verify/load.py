"""Asks one server all questions of a file over connections that stay open, and counts answers.

`python -m benchmarks.verify.load PORT FILE CONNECTIONS`: each line of the file is one request's
headers and body as JSON. Written against sockets, so that it costs little beside what it
measures; it does not compete with the server for its CPU seconds anyway.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter, deque
from pathlib import Path
from typing import Any, cast

import uvloop

from helpdesk.wire.verification import PATH

LIMIT_SECONDS = 90.0


class Asker(asyncio.Protocol):
    """One connection: sends the next request when the answer before it is complete."""

    def __init__(self, requests: deque[bytes], tally: Counter[str]) -> None:
        self._requests = requests
        self._tally = tally
        self._received = b""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are of no class of asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if found and len(body) >= _length(head):
            self._tally[_verdict(head, body)] += 1
            self._received = b""
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._received or exc:
            self._tally["connection lost"] += 1
        if not self.ended.done():
            self.ended.set_result(None)

    def _next(self) -> None:
        if self._requests:
            self._transport.write(self._requests.popleft())
        else:
            self._transport.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError(head)


def _verdict(head: bytes, body: bytes) -> str:
    status = head.split(b" ", 2)[1].decode()
    return str(json.loads(body)["verdict"]) if status == "200" else f"status {status}"


def _request(line: str) -> bytes:
    said: dict[str, Any] = json.loads(line)
    body = json.dumps(said["body"], ensure_ascii=False).encode()
    headers = {
        "Host": "127.0.0.1",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **said["headers"],
    }
    lines = [f"POST {PATH} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def ask(port: int, file: Path, connections: int) -> Counter[str]:
    """How often each verdict (or "status N") was answered."""
    lines = await asyncio.to_thread(file.read_text, encoding="utf-8")
    requests = deque(_request(line) for line in lines.splitlines())
    tally: Counter[str] = Counter()
    loop = asyncio.get_running_loop()
    askers = []
    for _ in range(connections):
        _, asker = await loop.create_connection(lambda: Asker(requests, tally), "127.0.0.1", port)
        askers.append(asker)
    await asyncio.wait_for(asyncio.gather(*(asker.ended for asker in askers)), LIMIT_SECONDS)
    return tally


if __name__ == "__main__":
    port, file, connections = sys.argv[1:]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(ask(int(port), Path(file), int(connections)))))
