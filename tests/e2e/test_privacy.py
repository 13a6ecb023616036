"""After a day of visits nothing of an invoice lies about: files, databases, logs, terminal."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import asyncpg
import pytest

from invoices.face import Face
from invoices.money import format_fen
from invoices.qr_writer import write_face
from invoices.verdict import State, Verdict
from kiosk.demo.stage import Stage
from tests.e2e.conftest import unused_faces
from tests.e2e.visitor import Visitor, code_on, kiosk
from tests.helpdesk.conftest import PostgresServer

pytestmark = pytest.mark.e2e

GIVEN = {"registry.csv", "samples.jsonl"}
"""What the operator put there, not what the system wrote."""
ENOUGH = 1_000_000
"""Fen; shorter amounts could stand in a file by chance."""
CONTROL = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|.)")


@dataclass(frozen=True)
class System:
    stage: Stage
    folders: list[Path]

    def files(self) -> list[Path]:
        found = [path for folder in self.folders for path in sorted(folder.rglob("*"))]
        return [path for path in found if path.is_file() and path.name not in GIVEN]


@pytest.fixture(params=["sqlite", "postgres"])
def system(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    today: date,
    database_numbers: Iterator[int],
) -> Iterator[System]:
    """A system of its own: all that it writes, temporary files too, is in its folders."""
    folder, temporary = tmp_path / "stage", tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    url, folders = "", [folder, temporary]
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = asyncio.run(server.new_database(f"e2e_{next(database_numbers)}"))
        folders.append(asyncio.run(data_folder(url)))
    with Stage(today, 300, keep=folder, database=url) as stage:
        yield System(stage, folders)


async def data_folder(url: str) -> Path:
    connection = await asyncpg.connect(url)
    try:
        return Path(await connection.fetchval("SHOW data_directory"))
    finally:
        await connection.close()


async def written(url: str) -> None:
    """PostgreSQL has put its pages into files."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


def texts_of(face: Face) -> list[str]:
    texts = [face.number, face.seller_name, face.seller_tax_id, face.check_code]
    return [text for text in (*texts, format_fen(face.net), format_fen(face.total)) if text]


def canaries(text: str) -> list[bytes]:
    """A text as it could lie about."""
    forms = [text.encode("utf-8"), text.encode("gb18030")]
    return [*forms, *(form.hex().encode() for form in forms)]


def test_nothing_of_an_invoice_is_left_behind(system: System, today: date) -> None:
    faces = unused_faces(system.stage, today)
    matched, kept, wrong = (next(each for each in faces if each.net > ENOUGH) for _ in range(3))
    with kiosk(system.stage, "A51", kiosk__language="en") as visitor:
        ended_at = visits(visitor, matched, kept, wrong)
        system.stage.start_server()
        visitor.waits_for_kept()
        texts = [text for face in (matched, kept, wrong) for text in texts_of(face)]
        secrets = [canary for text in texts for canary in canaries(text)]
        given = (system.stage.folder / "registry.csv").read_text(encoding="utf-8")
        assert all(text in given for text in texts), "not what an invoice looks like in a file"
        assert leaks(system, secrets) == []  # while all of it runs, journals and all
        wander(visitor)
        later = CONTROL.sub(b"", visitor.terminal.output[ended_at:])
        assert visitor.text("home.title").encode() in later
        assert [canary for canary in secrets if canary in later] == []
        assert visitor.terminal.terminate() == 0
    system.stage.stop_server()
    if system.folders[2:]:
        asyncio.run(written(system.stage.database))
    assert leaks(system, secrets) == []
    assert any(path.name == "kiosk.log" and path.stat().st_size for path in system.files())


def visits(visitor: Visitor, matched: Face, kept: Face, wrong: Face) -> int:
    """A match, a broken code, a check without a server; where the output stands after them."""
    visitor.scans(write_face(matched))
    record = visitor.told(Verdict.MATCH, State.NORMAL)
    visitor.sees(matched.seller_name)
    visitor.sees(format_fen(matched.total))
    visitor.slip(record)
    visitor.scans(f"01,32,{wrong.number},{wrong.seller_name},{format_fen(wrong.net)}")
    visitor.sees(visitor.text("notice.unread"))
    visitor.stage.stop_server()
    visitor.scans(write_face(kept))
    record = visitor.told(Verdict.UNAVAILABLE)
    visitor.leaves()
    visitor.scans(code_on(visitor.slip(record)))
    visitor.shown(record, Verdict.UNAVAILABLE)
    visitor.leaves()
    erased = visitor.terminal.output.rfind(b"\x1b[3J")
    assert erased > 0, "what scrolled away is not erased"
    return len(visitor.terminal.output)


def wander(visitor: Visitor) -> None:
    """The next visitor looks everywhere, in another language and in another window."""
    visitor.goes_home()
    visitor.terminal.resize(140, 45)
    visitor.terminal.send("2")
    visitor.sees(visitor.text("history.question"))
    visitor.terminal.send("\x1bOR")
    visitor.sees("请扫小票上的二维码")
    visitor.terminal.send("\x1bOR")
    visitor.sees(visitor.text("history.question"))
    visitor.leaves()


def leaks(system: System, secrets: list[bytes]) -> list[tuple[Path, bytes]]:
    """Where a secret lies; a file PostgreSQL takes away while we look holds nothing."""
    found = []
    for path in system.files():
        with suppress(FileNotFoundError):
            data = path.read_bytes()
            found += [(path, canary) for canary in secrets if canary in data]
    return found
