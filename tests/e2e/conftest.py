"""Whole systems for the end-to-end tests: registry, server and printer on both databases."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from helpdesk.demo_data.samples import scannable
from helpdesk.registry.columns import COLUMNS
from helpdesk.registry.rows import RowParser
from invoices.face import Face
from invoices.verdict import State
from kiosk.demo.samples import read_samples
from kiosk.demo.stage import Stage
from tests.e2e.visitor import Visitor, kiosk
from tests.helpdesk.conftest import PostgresServer, postgres_server

__all__ = ["postgres_server"]

INVOICES = 400
PREFIXES = (f"{letter}{number:02}" for letter in "BCDE" for number in range(100))


@pytest.fixture(scope="session")
def today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


@pytest.fixture(scope="session")
def database_numbers() -> Iterator[int]:
    return count(1)


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def stage(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    today: date,
    database_numbers: Iterator[int],
) -> Iterator[Stage]:
    """A running system. Its kiosk's configuration serves any number of kiosks."""
    url = ""
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = asyncio.run(server.new_database(f"e2e_{next(database_numbers)}"))
    folder = tmp_path_factory.mktemp("stage")
    with Stage(today, INVOICES, keep=folder, database=url) as stage:
        yield stage


@pytest.fixture(scope="session")
def faces(tmp_path_factory: pytest.TempPathFactory, stage: Stage, today: date) -> Iterator[Face]:
    """Registered, valid invoices that no other test and no sample uses: one for each `next`."""
    return unused_faces(stage, today)


def unused_faces(stage: Stage, today: date) -> Iterator[Face]:
    used = {sample.fields.get("number") for sample in read_samples(stage.samples)}
    parser = RowParser(today)
    with (stage.folder / "registry.csv").open(encoding="utf-8", newline="") as file:
        entries = [parser.parse([row[name] for name in COLUMNS]) for row in csv.DictReader(file)]
    originals = {entry.face.original_number for entry in entries}
    for entry in entries:
        face = entry.face
        recent = timedelta(0) < today - face.issued_on < timedelta(300)
        fresh = recent and face.number not in used | originals
        if fresh and entry.state is State.NORMAL and face.net > 0 and scannable(face):
            yield face


@pytest.fixture(scope="module")
def visitor(stage: Stage) -> Iterator[Visitor]:
    """Somebody before a kiosk that speaks Chinese; the tests of a module share it."""
    with kiosk(stage, next(PREFIXES)) as visitor:
        yield visitor
