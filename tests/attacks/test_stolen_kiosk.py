"""A stolen kiosk that was fenced: its own key opens nothing any more, and it stays fenced."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from helpdesk.wire.standing import Standing
from invoices.claim import from_face
from kiosk.bootstrap.core import Core
from kiosk.check_book import Entry
from kiosk.db.data_key import KEY, NEXT
from kiosk.db.port import StoreError
from kiosk.key_file import read_private, write_private
from kiosk.sealing import Sealer, SealError
from tests.helpdesk.kiosks.room import TODAY
from tests.kiosk.stand_ins import counted_bytes
from tests.kiosk.sync.test_real_server import Server, furniture, server  # noqa: F401 - fixtures
from tests.kiosk.sync.test_topics import enrolled_core
from tests.verifier_contract import known_invoices

NORMAL = from_face(known_invoices(TODAY)["normal"][0])
COLUMNS = (
    "SELECT 'identity', role, sealed FROM identity",
    "SELECT 'checks', op_id, payload FROM checks",
    "SELECT 'slips', job_id, document FROM slips",
    "SELECT 'journal_entries', journal || '/' || seq, sealed FROM journal_entries",
    "SELECT 'replica', topic || '/' || key, sealed FROM replica",
)


async def opened_by(core: Core, key: bytes) -> list[str]:
    """What this key opens of all that is sealed in the database."""
    sealer, found = Sealer(key, counted_bytes()), []
    for sql in COLUMNS:
        for table, place, sealed in await core.database.connection.fetch(sql):
            try:
                sealer.open(table, place, sealed or b"")
            except SealError:
                continue
            found.append(table)
    return found


async def fenced(server: Server, core: Core) -> None:  # noqa: F811
    for _ in range(3):
        await core.verification.check(NORMAL, Entry.TYPED)
    assert await core.sync.round()
    await server.bureau.fleet.fence("A03")
    for _ in range(2):
        await core.sync.round()


async def test_the_thief_has_the_old_key_and_it_opens_nothing(
    server: Server,  # noqa: F811
    tmp_path: Path,
) -> None:
    folder = tmp_path / "kiosk"
    async with enrolled_core(server, tmp_path) as core:
        old = await asyncio.to_thread(read_private, folder / KEY)
        await fenced(server, core)
        assert await opened_by(core, old) == []
        assert await asyncio.to_thread(read_private, folder / KEY) != old
        assert not (folder / NEXT).exists()
        new = await asyncio.to_thread(read_private, folder / KEY)
    async with enrolled_core(server, tmp_path) as core:
        assert core.identities.needed.standing is Standing.FENCED
        assert await asyncio.to_thread(read_private, folder / KEY) == new, "that is done once"
        # It is enrolled again, under another name, and is a kiosk as any other.
        kept = await core.verification.check(NORMAL, Entry.TYPED, offline=True)
        await core.enrolment.enrol((await server.bureau.enrolment.invite("", "A03")).code)
        assert core.identities.needed.prefix == "A03B"
        assert await core.sync.round()
        assert await core.database.checks.find(kept.record) is not None
        assert core.centre.now.name


@pytest.mark.parametrize("cut", ["before", "after", "destroyed"])
async def test_whatever_moment_the_power_goes_one_of_two_keys_opens_the_rest(
    server: Server,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    cut: str,
) -> None:
    folder = tmp_path / "kiosk"
    if cut == "before":
        async with enrolled_core(server, tmp_path):
            pass
        await asyncio.to_thread(write_private, folder / NEXT, bytes(32))
        async with enrolled_core(server, tmp_path) as core:
            assert not (folder / NEXT).exists()
            await fenced(server, core)
    else:

        def power_cut(path: Path) -> None:
            raise StoreError("store.not_saved", {"reason": str(path.name)})

        with monkeypatch.context() as patch:
            patch.setattr("kiosk.db.data_key._take_place", power_cut)
            async with enrolled_core(server, tmp_path) as core:
                await fenced(server, core)
        assert (folder / NEXT).exists()
        if cut == "destroyed":
            await asyncio.to_thread((folder / KEY).unlink)
    async with enrolled_core(server, tmp_path) as core:
        assert core.identities.needed.standing is Standing.FENCED
        assert not (folder / NEXT).exists()
