"""A kiosk that the server trusts no more, or not until a person has looked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from helpdesk.wire.journal_form import Head
from helpdesk.wire.standing import Standing
from kiosk.key_file import write_private
from kiosk.link import Link
from kiosk.verification import VerifierError
from tests.kiosk.stand_ins import claim, op
from tests.kiosk.sync.room import kiosk_of
from tests.kiosk.sync.test_push import applied, named, write


async def test_a_fence_destroys_secrets_at_once_and_keys_once_all_is_told(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await write(kiosk, "a")
        kiosk.centre.standing = Standing.FENCED
        kiosk.centre.faults = ["lost"]
        await kiosk.sync.round()
        assert kiosk.wiped == []
        await kiosk.sync.round()
        form = kiosk.identities.needed
        assert (form.standing, form.secrets, form.key) == (Standing.FENCED, None, None)
        assert kiosk.wiped
        assert list((tmp_path / "keys").iterdir()) == []
        assert kiosk.identities.current is None
        assert applied(kiosk) == named("a"), "what it had to say was heard"
    async with kiosk_of(tmp_path, kiosk.centre) as again:
        assert again.identities.needed.standing is Standing.FENCED
        again.centre.used_by, again.centre.kiosk = None, "A08"
        await again.enrolled()
        assert again.identities.current is not None
        assert again.identities.current.trusted


async def test_keys_that_outlived_a_fence_go_at_the_next_start(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        (file,) = (tmp_path / "keys").iterdir()
        secret = await asyncio.to_thread(file.read_bytes)
        kiosk.centre.standing = Standing.FENCED
        await kiosk.sync.round()
        assert not file.exists()
    # As a process leaves it that dies between the database and the file.
    await asyncio.to_thread(write_private, file, secret)
    async with kiosk_of(tmp_path, kiosk.centre) as again:
        assert not file.exists()
        assert again.wiped


async def test_a_fence_is_heard_where_nothing_waits_to_be_told(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        assert await kiosk.sync.round()
        kiosk.centre.standing = Standing.FENCED
        await kiosk.sync.round()
        await kiosk.sync.round()
        assert kiosk.identities.needed.secrets is None
        assert kiosk.identities.current is None


async def test_a_fenced_kiosk_asks_nobody_as_an_unknown_one(tmp_path: Path) -> None:
    """Nobody's answer could be proved to it: a proxy would have it show what it likes."""
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        kiosk.centre.standing = Standing.FENCED
        await kiosk.sync.round()
        await kiosk.sync.round()
        assert kiosk.identities.current is None
        asked = len(kiosk.centre.asked)
        with pytest.raises(VerifierError, match=r"verifier\.fenced"):
            await kiosk.parts.verifier.verify(op("a"), claim(), 1.0)
        assert len(kiosk.centre.asked) == asked


async def test_a_fence_that_a_check_meets_wakes_the_task(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await kiosk.run(rests=1)
        kiosk.centre.standing = Standing.FENCED
        with pytest.raises(VerifierError):
            await kiosk.parts.verifier.verify(op("a"), claim(), 1.0)
        assert kiosk.pause.woken
        await kiosk.run(rests=2)
        assert kiosk.identities.current is None
        assert kiosk.link.state is Link.FENCED


async def test_a_quarantined_kiosk_keeps_its_keys_and_goes_on_telling(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        kiosk.centre.standing = Standing.QUARANTINED
        await write(kiosk, "a")
        await kiosk.sync.round()
        await write(kiosk, "b")
        await kiosk.sync.round()
        assert kiosk.identities.current is not None
        assert kiosk.identities.needed.standing is Standing.QUARANTINED
        assert applied(kiosk) == named("a", "b")


async def test_a_fence_is_heard_also_where_the_histories_differ(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await write(kiosk, "a")
        assert await kiosk.sync.round()
        kiosk.ledger.head = Head(5, b"\x99" * 32)
        kiosk.centre.standing = Standing.FENCED
        asked = len(kiosk.centre.asked)
        await kiosk.run(rests=6)
        assert kiosk.identities.needed.secrets is None
        assert kiosk.wiped
        assert (await kiosk.sync.report()).parked == "journal.behind"
        assert sum(kiosk.pause.rests[-5:]) > 5, "a server that says no is not asked without end"
        assert len(kiosk.centre.asked) - asked <= 12
