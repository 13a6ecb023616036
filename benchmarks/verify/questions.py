"""What the servers are asked: the same requests in the same order for each of them."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any, Final

from helpdesk.wire import op_id
from helpdesk.wire.verification import request_of
from invoices import record
from invoices.claim import from_face
from invoices.qr_writer import write_face

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from invoices.face import Face

PREFIX: Final = "A03"
RECORDS: Final = 9_999
MIX: Final = {"scanned": 80, "typed": 10, "altered": 4, "unknown": 3, "popular": 2, "noise": 1}
"""In a hundred: genuine by code, genuine by hand, a wrong amount, never issued, one invoice
that everybody asks about (soon over its daily limit), a code that is no invoice's."""


class Questions:
    """Makes files of requests for one registry; no two requests share an id."""

    def __init__(self, faces: Sequence[Face], access: str, day: date) -> None:
        self._popular, *others = faces
        self._faces = others
        self._access = access
        self._day = day
        self._asked = 0
        # Not for secrets: every call asks the same.
        self._random = Random(1)

    def write(self, path: Path, count: int) -> None:
        """The next `count` requests, one a line, for `benchmarks.verify.load`."""
        with path.open("w", encoding="utf-8") as file:
            for request in self._requests(count):
                file.write(json.dumps(request, ensure_ascii=False) + "\n")

    def _requests(self, count: int) -> Iterator[dict[str, Any]]:
        for sort in self._random.choices(list(MIX), list(MIX.values()), k=count):
            self._asked += 1
            number = record.make(PREFIX, self._day, self._asked % RECORDS + 1)
            key = op_id.make(int(time.time() * 1_000), secrets.token_bytes(op_id.RANDOM_BYTES))
            yield {
                "headers": {
                    "Authorization": f"Yanpiao-Kiosk {PREFIX}:{self._access}",
                    "Idempotency-Key": key,
                    "Accept-Language": "zh-CN",
                },
                "body": self._body(sort) | {"record": number},
            }

    def _body(self, sort: str) -> dict[str, str]:
        face = self._faces[self._asked % len(self._faces)]
        if sort == "typed":
            said: dict[str, str] = request_of(from_face(face)).model_dump(exclude_unset=True)
            return said
        if sort == "altered":
            face = replace(face, net=face.net + 100, total=face.total + 100)
        elif sort == "unknown":
            face = replace(face, number=face.number[:-4] + "0000")
        elif sort == "popular":
            face = self._popular
        return {"payload": "https://example.com/" if sort == "noise" else write_face(face)}
