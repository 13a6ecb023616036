"""The vectors in `docs/pack-format.md` are what this code makes, and what the reader reads."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from invoices.pack import Miss, Overlay, Segment
from invoices.pack.errors import PackFault
from invoices.pack.finding import StatusCode
from invoices.pack.keys import Digester, halves
from invoices.verdict import State
from tests.helpdesk.packs.vectors import KEY, vectors

DOCUMENT = Path(__file__).parents[3] / "docs" / "pack-format.md"


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    found = re.findall(r"```json\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert len(found) == 1
    parsed: dict[str, Any] = json.loads(found[0])
    return parsed


def test_the_vectors_are_what_the_code_makes(written: dict[str, Any]) -> None:
    assert written == json.loads(json.dumps(vectors()))


def test_the_files_of_the_document_answer(written: dict[str, Any]) -> None:
    segment = Segment.open(memoryview(base64.b64decode("".join(written["segment"]))), [KEY])
    overlay = Overlay.open(memoryview(base64.b64decode("".join(written["overlay"]))), [KEY])
    digester = Digester(KEY)
    asked = [
        (
            halves(digester.identity(bytes.fromhex(identity))),
            int.from_bytes(digester.body(bytes.fromhex(body)), "little"),
        )
        for identity, body, _ in written["canonical"]
    ]
    states = [segment.answer(h, h2, (body,)) for (h, h2), body in asked]
    assert states == [State.NORMAL, State.VOIDED, State.RED_FULL]
    assert segment.answer(*asked[0][0], (asked[1][1],)) is Miss.MISMATCH
    codes = [overlay.code(h, h2) for (h, h2), _ in asked]
    assert codes == [StatusCode.RED_PARTIAL, StatusCode.WITHDRAWN, None]


def test_every_refusal_is_in_the_document() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [fault for fault in PackFault if f"`{fault}`" not in text] == []
