"""What enrolment and pulling give to slips."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from helpdesk.wire import binary
from helpdesk.wire.enrolment import Grant, ServerKeys
from helpdesk.wire.standing import Standing
from kiosk.identity.book import IdentityBook
from kiosk.identity.identity import Enrolled
from kiosk.identity.key_store import KeysInMemory
from kiosk.trust.enrolled import TrustKeeper, issuer_of
from kiosk.trust.store import TrustStore
from tests.helpdesk.wire.world import NOW, ROOT, STRANGER, bundle, claims, listed, taken_back
from tests.kiosk.stand_ins import HandClock, counted_bytes, opened

INVOICE_KEY = bytes(range(32))
PART, DATA = taken_back(claims().document_id)


async def enrolled(book: IdentityBook, connection: Any, **changes: Any) -> Enrolled:
    """The identity after an enrolment whose grant held this list."""
    asked, _ = await book.asking(b"\x01" * 16, b"\x02" * 16)
    root = changes.pop("root", ROOT.key.public)
    server = ServerKeys(receipt=bytes(32), sealing=bytes(32), root=root)
    members = {
        "kiosk": "A03",
        "centre": "HD01",
        "prefix": "A03",
        "trust": bundle(listed()),
        "invoice_key": INVOICE_KEY,
    }
    grant = Grant(**{**members, **changes})
    async with connection.transaction() as tx:
        form = await book.enrol(tx, asked, grant, server, NOW)
    await book.settle(form)
    return form


def change(version: int, *parts: bytes, **changes: Any) -> Mapping[str, Mapping[str, Any]]:
    told = bundle(listed(version=version, **changes))
    return {"": {"bundle": binary.to_text(told), "parts": [binary.to_text(part) for part in parts]}}


def book_of(database: Any) -> IdentityBook:
    return IdentityBook(database.connection, database.sealer, KeysInMemory(), counted_bytes())


async def test_an_enrolled_kiosk_signs_until_it_is_fenced(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        book = book_of(database)
        assert issuer_of(book.current) is None
        await enrolled(book, database.connection)
        issuer = issuer_of(book.current)
        assert issuer is not None
        assert (issuer.name, issuer.invoice_key) == ("HD01/A03", INVOICE_KEY)
        assert book.current is not None
        assert issuer.signer.key.public == book.current.pair.public.signing
        await book.stand(Standing.QUARANTINED)
        assert issuer_of(book.current) is None
        await book.stand(Standing.ACTIVE)
        assert issuer_of(book.current) is not None
        await book.stand(Standing.FENCED)
        assert issuer_of(book.current) is None


async def test_the_list_of_the_enrolment_is_taken_without_a_network(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        book, store = book_of(database), TrustStore(tmp_path)
        keeper = TrustKeeper(store, book, HandClock())
        await keeper.follow({})
        assert await asyncio.to_thread(lambda: store.version) == 0
        await enrolled(book, database.connection)
        await keeper.follow({})
        assert await asyncio.to_thread(lambda: store.version) == 7


async def test_what_is_pulled_replaces_it_and_nothing_older_does(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path) as database:
        book, store = book_of(database), TrustStore(tmp_path)
        keeper = TrustKeeper(store, book, HandClock())
        await enrolled(book, database.connection)
        await keeper.follow(change(9, *DATA.values(), revocations=(PART,)))
        held = await asyncio.to_thread(store.held)
        assert held is not None
        ((kid, month),) = DATA
        assert held.revocations.revoked(kid, month, claims().document_id)
        await keeper.follow(change(8))
        await keeper.follow({})
        assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
        assert await asyncio.to_thread(lambda: store.version) == 9


@pytest.mark.parametrize(
    "values",
    [
        {"": {}},
        {"": {"bundle": "!"}},
        {"": {"bundle": "AA"}},
        change(9, b"another part"),
        change(9, expires=NOW - timedelta(days=1)),
    ],
)
async def test_a_list_that_does_not_hold_is_logged_and_not_taken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, values: Mapping[str, Mapping[str, Any]]
) -> None:
    async with opened(tmp_path) as database:
        book, store = book_of(database), TrustStore(tmp_path)
        keeper = TrustKeeper(store, book, HandClock())
        await enrolled(book, database.connection)
        await keeper.follow(values)
        assert await asyncio.to_thread(lambda: store.version) == 7
    assert "was not taken" in caplog.text


async def test_a_centre_without_a_root_gives_no_list(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        book, store = book_of(database), TrustStore(tmp_path)
        await enrolled(book, database.connection, root=None, trust=b"")
        await TrustKeeper(store, book, HandClock()).follow({})
        assert issuer_of(book.current) is not None
        assert await asyncio.to_thread(store.held) is None


async def test_another_centres_root_begins_anew(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        book, store = book_of(database), TrustStore(tmp_path)
        keeper = TrustKeeper(store, book, HandClock())
        form = await enrolled(book, database.connection)
        await keeper.follow(change(9))
        other = form.server.model_copy(update={"root": STRANGER.key.public})
        await book.settle(form.model_copy(update={"server": other, "trust": b""}))
        await keeper.follow({})
        assert await asyncio.to_thread(store.held) is None
