"""Becoming a kiosk: what is pinned, what is kept, and every answer that may get lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from helpdesk.wire import enrolment_code
from helpdesk.wire.enrolment import ServerHello, ServerKeys
from helpdesk.wire.standing import Standing
from invoices.verdict import Verdict
from kiosk.identity.book import IdentityBook
from kiosk.identity.enrolment import EnrolmentError
from kiosk.identity.identity import Enrolled
from kiosk.transport import Reply, TransportError
from tests.kiosk.stand_ins import bare, new_check
from tests.kiosk.sync.room import kiosk_of
from tests.kiosk.sync.server_stand_in import CODE, REGION, SERVER_KEYS, Centre, TwoClocks


def files_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("kiosk.db*")))


def modes_of(folder: Path) -> list[int]:
    return [path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())]


async def test_a_code_makes_keys_pins_the_servers_and_leases_a_prefix(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        assert kiosk.identities.current is None
        await kiosk.enrolled()
    assert await asyncio.to_thread(modes_of, tmp_path / "keys") == [0o700, 0o600]
    async with kiosk_of(tmp_path, kiosk.centre) as again:
        identity = again.identities.current
        assert identity is not None
        assert identity.secrets is not None
        assert (identity.server, identity.prefix) == (SERVER_KEYS, "A07")
        assert identity.secrets.region_keys == (REGION,)
        assert identity.pair.public == kiosk.centre.used_by


async def test_nothing_of_the_lease_lies_in_the_clear(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        identity = kiosk.identities.current
    assert identity is not None
    left = await asyncio.to_thread(files_of, tmp_path)
    for secret in (REGION.key, b"\x55" * 32, identity.pair.sealing):
        assert secret not in left
        assert secret.hex().encode() not in left


async def test_a_fence_leaves_no_earlier_form_of_the_lease_on_the_disk(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        lease = "SELECT sealed FROM identity WHERE role = 'enrolled'"
        ((sealed,),) = await kiosk.database.connection.fetch(lease)
        parts = [sealed[at : at + 16] for at in range(16, len(sealed) - 16, 16)]
        left = await asyncio.to_thread(files_of, tmp_path)
        assert all(part in left for part in parts), "this is how it would be found"
        await kiosk.identities.stand(Standing.FENCED)
        left = await asyncio.to_thread(files_of, tmp_path)
        assert not any(part in left for part in parts)


async def test_a_lost_answer_is_asked_again_with_the_same_keys(tmp_path: Path) -> None:
    centre = Centre(TwoClocks())
    async with kiosk_of(tmp_path, centre) as kiosk:
        centre.faults = [lambda hello: hello, "unanswered"]
        with pytest.raises(TransportError):
            await kiosk.enrolment.enrol(CODE)
        assert kiosk.identities.current is None
    used = centre.used_by
    async with kiosk_of(tmp_path, centre, seed=2) as kiosk:
        await kiosk.enrolled()
        assert kiosk.identities.current is not None
        assert kiosk.identities.current.pair.public == used


async def test_a_stale_nonce_begins_again_by_itself(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        kiosk.centre.stale_nonces = 1
        await kiosk.enrolled()
        kiosk.centre.stale_nonces = 9
        with pytest.raises(EnrolmentError) as caught:
            await kiosk.enrolment.enrol(CODE)
    assert caught.value.code == "enrolment.nonce"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("nonsense", "enrolment.code"),
        ("", "enrolment.code"),
        (enrolment_code.make(b"another123"), "enrolment.proof"),
    ],
)
async def test_a_wrong_code_changes_nothing(tmp_path: Path, typed: str, code: str) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        with pytest.raises(EnrolmentError) as caught:
            await kiosk.enrolment.enrol(typed)
        assert caught.value.code == code
        assert kiosk.identities.form is None
        await kiosk.enrolled()
        assert kiosk.identities.form is not None


async def test_who_swaps_the_servers_key_on_the_way_is_found_out(tmp_path: Path) -> None:
    def swapped(reply: Reply) -> Reply:
        hello = ServerHello.model_validate_json(reply.body)
        keys = ServerKeys(receipt=b"\x66" * 32, sealing=hello.keys.sealing)
        return replace(
            reply, body=ServerHello(keys=keys, nonce=hello.nonce).model_dump_json().encode()
        )

    async with kiosk_of(tmp_path) as kiosk:
        kiosk.centre.faults = [swapped]
        with pytest.raises(EnrolmentError) as caught:
            await kiosk.enrolment.enrol(CODE)
        assert caught.value.code == "enrolment.proof"
        assert kiosk.identities.form is None


async def test_whoever_goes_away_leaves_one_kiosk_the_old_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        kiosk.centre.used_by, kiosk.centre.kiosk = None, "A08"
        enrolling: list[asyncio.Task[object]] = []
        write = IdentityBook.enrol

        async def written(*given: Any) -> Enrolled:
            form = await write(*given)
            # The next thing that it waits for is the commit.
            asyncio.get_running_loop().call_soon(enrolling[0].cancel)
            return form

        monkeypatch.setattr(IdentityBook, "enrol", written)
        enrolling.append(asyncio.create_task(kiosk.enrolment.enrol(CODE)))
        await asyncio.wait(enrolling)
        assert enrolling[0].cancelled()
        await kiosk.identities.stand(Standing.QUARANTINED)
        assert kiosk.identities.needed.kiosk == "A08"
    async with kiosk_of(tmp_path, kiosk.centre) as again:
        assert again.identities.needed.kiosk == "A08"


async def test_a_kiosk_enrolled_anew_begins_a_journal_and_loses_no_entry(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        await kiosk.database.checks.add(new_check("told"))
        assert await kiosk.sync.round()
        made = await kiosk.database.checks.add(new_check("untold", bare(Verdict.UNAVAILABLE)))
        centre, first = kiosk.centre, (await kiosk.database.outbox.position()).journal
        centre.used_by, centre.kiosk = None, "A08"
        centre.refusal = (429, "http.429")
        await kiosk.enrolment.enrol(CODE)
        centre.refusal = None
        position = await kiosk.database.outbox.position()
        assert position.journal != first
        assert (position.mark, position.head.seq) == (0, 1)
        assert await kiosk.sync.round()
        assert kiosk.identities.needed.standing is Standing.ACTIVE
        story = await kiosk.database.checks.find(made.record)
    assert [len(ledger.applied) for ledger in centre.ledgers.values()] == [1, 1]
    assert story is not None
    assert story.outcome.verdict is Verdict.MATCH, "the full answer came"
    assert await asyncio.to_thread(modes_of, tmp_path / "keys") == [0o700, 0o600]


async def test_a_server_that_has_forgotten_the_kiosk_is_told_all_of_it_again(
    tmp_path: Path,
) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        for name in ("a", "b"):
            await kiosk.database.checks.add(new_check(name))
        assert await kiosk.sync.round()
        centre = kiosk.centre
        centre.used_by, centre.kiosk = None, "A08"
        await kiosk.enrolment.enrol(CODE)
        await kiosk.database.checks.add(new_check("c"))
        assert await kiosk.sync.round()
        # It was restored to before both enrolments.
        centre.keys, centre.ledgers, centre.used_by = {}, {}, None
        assert not await kiosk.sync.round()
        await kiosk.enrolment.enrol(CODE)
        assert await kiosk.sync.round()
        assert len(kiosk.ledger.applied) == 3


async def test_a_journal_that_is_known_already_is_begun_anew(tmp_path: Path) -> None:
    """The disk was copied before the enrolment, or the answer to another code got lost."""
    async with kiosk_of(tmp_path) as kiosk:
        made = await kiosk.database.checks.add(new_check("a", bare(Verdict.UNAVAILABLE)))
        first = (await kiosk.database.outbox.position()).journal
        kiosk.centre.known_journals.add(first)
        await kiosk.enrolled()
        assert (await kiosk.database.outbox.position()).journal != first
        assert await kiosk.sync.round()
        found = await kiosk.database.checks.find(made.record)
    assert found is not None
    assert found.outcome.verdict is Verdict.MATCH
