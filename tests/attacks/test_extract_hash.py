"""Whoever holds a kiosk's key must not learn more from a pack's header than from its functions.

A day with one late invoice, number and date known, only the amount is not. The functions answer a
guess with `body` bits; a hash in the clear over whole records would answer it with certainty.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest_asyncio

from helpdesk.db import database_of, migrate
from helpdesk.packs.digests import digest_rows
from helpdesk.packs.keys import EXTRACT
from invoices import canonical
from invoices.face import Face
from invoices.pack import Digester, Segment
from invoices.pack.keys import PackKey, Prf, halves
from invoices.verdict import State
from tests.helpdesk.packs.house import House, entry, make_house

LATE = date(2026, 11, 23)
SECRET = entry(7_306, LATE)
AMOUNTS = range(1, 30_000)
"""Fen that the thief tries; the true one is among them."""


@pytest_asyncio.fixture
async def thief_sees(tmp_path: Path) -> tuple[House, Segment, PackKey]:
    """The pack of that day as the server made it, and the key of a stolen kiosk."""
    async with database_of(f"sqlite://{tmp_path}/registry.sqlite3") as database:
        await migrate(database)
        house = await asyncio.to_thread(make_house, tmp_path, database, "body = 20")
        await house.take(SECRET)
        await house.build()
        packs = await house.packs()
    (segment,) = (each for each in packs.segments if each.header.name == "2026-11-23")
    (key,) = house.service.keys.all()
    return house, segment, key


def guess(amount: int) -> Face:
    return replace(SECRET.face, total=amount)


def readings(face: Face, key: PackKey, width: int) -> Iterator[bytes]:
    """All that a thief may take the hash for."""
    identity = canonical.identity(face.code, face.number)
    records = digest_rows([(identity, canonical.body_of_face(face), 0)], key, Prf.BLAKE2B, 0)
    short = records.copy()
    short["body"] &= (1 << width) - 1
    for content in (records.tobytes(), short.tobytes()):
        yield hashlib.sha256(content).digest()
        yield hmac.digest(key.secret, content, "sha256")
        yield hashlib.blake2b(content, key=key.secret, digest_size=32).digest()


def test_the_hash_of_the_extract_confirms_no_guess(
    thief_sees: tuple[House, Segment, PackKey],
) -> None:
    _, segment, key = thief_sees
    digester = Digester(key)
    h, h2 = halves(digester.identity(canonical.identity("", SECRET.face.number)))
    left = [
        amount
        for amount in AMOUNTS
        if segment.answer(
            h,
            h2,
            (int.from_bytes(digester.body(canonical.body_of_face(guess(amount))), "little"),),
        )
        is State.NORMAL
    ]
    assert SECRET.face.total in left  # as far as the widths let him
    confirmed = [
        amount
        for amount in left
        if segment.header.extract in readings(guess(amount), key, segment.header.body)
    ]
    assert confirmed == []


def test_the_server_can_still_tell_two_extracts_apart(
    thief_sees: tuple[House, Segment, PackKey],
) -> None:
    house, segment, key = thief_sees
    identity = canonical.identity("", SECRET.face.number)
    row = (identity, canonical.body_of_face(SECRET.face), 0)
    content = digest_rows([row], key, Prf.BLAKE2B, 0).tobytes()
    own = house.ring.secret(EXTRACT)
    assert segment.header.extract == hmac.digest(own, content, "sha256")
    assert house.ring.secret(f"pack-region/{key.region}/{key.epoch}") != own
