"""Whoever holds one kiosk's key turns it as often as he likes: the trust list stays small.

And a key that was stolen, or never used, signs nothing that holds.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from helpdesk.db import Database
from helpdesk.kiosks.errors import KiosksError
from helpdesk.kiosks.fleet import GRACE
from helpdesk.kiosks.rotation import LIMIT, PAUSE
from helpdesk.kiosks.ruling import Reason
from helpdesk.trust import book
from helpdesk.trust.authority import TrustAuthority, open_authority
from helpdesk.trust.issuer import init_root
from helpdesk.trust.rules import KEYS_A_HOLDER, SLIP_LIFETIME, list_of
from helpdesk.wire import slip_code, sync, trust_list
from helpdesk.wire.errors import WireError
from helpdesk.wire.revocation import Revocations
from helpdesk.wire.signing_key import Algorithm, Ed25519Signer
from helpdesk.wire.slip_claims import SlipClaims
from helpdesk.wire.sync import KeyAnswer
from helpdesk.wire.trust_list import TrustedKey, TrustList, Use
from tests.helpdesk.conftest import *  # noqa: F403 - the databases of the server's tests
from tests.helpdesk.kiosks.room import Centre, KioskSide, furnish, open_centre
from tests.helpdesk.wire.world import claims


@pytest_asyncio.fixture
async def centre(database: Database, tmp_path: Path) -> Centre:
    furniture = await asyncio.to_thread(furnish, tmp_path)
    centre = await open_centre(database, furniture)
    keys, root = furniture.config.keys, tmp_path / "root"
    await asyncio.to_thread(init_root, root, keys, furniture.ring, centre.clock.at, os.urandom)
    return centre


@pytest.fixture
def authority(centre: Centre) -> TrustAuthority:
    return open_authority(centre.resources)


async def listed(authority: TrustAuthority) -> TrustList:
    bundle = (await authority.trust_list_for()).bundle
    return trust_list.read(bundle, [await authority.root()]).trust_list


def turned(kiosk: KioskSide, number: int) -> KioskSide:
    """The same kiosk with other keys."""
    signer = Ed25519Signer(b"thief" + number.to_bytes(27, "big"))
    return replace(kiosk, signer=signer, sealing=number.to_bytes(32, "big"))


async def register(centre: Centre, new: KioskSide) -> KeyAnswer:
    asked = sync.key_request(new.signer, new.kiosk, new.keys)
    return await centre.bureau.fleet.rotate(new.kiosk, asked)


async def use(centre: Centre, new: KioskSide) -> None:
    key = await centre.bureau.roster.key(sync.key_id(new.kiosk, new.keys.signing))
    assert key is not None
    assert await centre.bureau.fleet.first_use(key)


async def check(
    centre: Centre, authority: TrustAuthority, signer: Ed25519Signer, kiosk: str
) -> SlipClaims:
    """A slip that this key signs now, by the list that kiosks have a minute later."""
    now = centre.clock.now()
    said = claims(issuer=f"C01/{kiosk}", issued_at=now, expires=now + timedelta(days=30))
    told = await listed(authority)
    text = slip_code.issue(said, signer)
    return slip_code.verify(text, told, Revocations(told, {}), now).claims


async def test_a_flood_of_rotations_leaves_the_list_as_it_was(
    centre: Centre, authority: TrustAuthority
) -> None:
    await centre.kiosk(1)
    thief = await centre.kiosk(2)
    before = await listed(authority)
    await register(centre, turned(thief, 0))
    for number in range(1, 300):
        with pytest.raises(KiosksError, match=r"kiosks\.rotation"):
            await register(centre, turned(thief, number))
    assert (await listed(authority)).keys == before.keys
    assert await centre.rows("SELECT COUNT(*) FROM trust_key") == [(2,)]
    assert await centre.rows("SELECT COUNT(*) FROM kiosks_key WHERE state = 'registered'") == [(1,)]


async def test_a_patient_thief_comes_to_an_end_too(
    centre: Centre, authority: TrustAuthority
) -> None:
    thief = await centre.kiosk(2)
    for number in range(LIMIT):
        centre.clock.pass_(seconds=PAUSE.total_seconds())
        await register(centre, new := turned(thief, number))
        await use(centre, new)
    for number in range(LIMIT, LIMIT + 10):
        centre.clock.pass_(seconds=PAUSE.total_seconds())
        with pytest.raises(KiosksError, match=r"kiosks\.rotation") as refused:
            await register(centre, turned(thief, number))
        assert int(refused.value.params["seconds"]) > PAUSE.total_seconds()
    assert len((await listed(authority)).keys) == LIMIT + 1 <= KEYS_A_HOLDER
    centre.clock.pass_(days=366)
    await register(centre, turned(thief, 999))


async def test_asking_again_for_the_same_key_is_no_further_rotation(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    for _ in range(3):
        await register(centre, turned(kiosk, 1))


async def test_a_key_that_was_never_used_signs_nothing(
    centre: Centre, authority: TrustAuthority
) -> None:
    kiosk = await centre.kiosk()
    never, used = turned(kiosk, 1), turned(kiosk, 2)
    await register(centre, never)
    with pytest.raises(WireError, match=r"slip\.key_unknown"):
        await check(centre, authority, never.signer, kiosk.kiosk)
    centre.clock.pass_(hours=2)
    await register(centre, used)
    await use(centre, used)
    assert (await check(centre, authority, used.signer, kiosk.kiosk)).issuer == "C01/A01"
    with pytest.raises(WireError, match=r"slip\.key_unknown"):
        await check(centre, authority, never.signer, kiosk.kiosk)


async def test_what_a_kiosk_signs_between_registering_and_its_first_use_holds(
    centre: Centre, authority: TrustAuthority
) -> None:
    """The answer came, then the line went dead for a day: slips went on being printed."""
    kiosk = await centre.kiosk()
    new = turned(kiosk, 1)
    await register(centre, new)
    centre.clock.pass_(minutes=1)
    now = centre.clock.now()
    said = claims(issuer="C01/A01", issued_at=now, expires=now + timedelta(days=30))
    text = slip_code.issue(said, new.signer)
    centre.clock.pass_(days=1)
    await use(centre, new)
    told = await listed(authority)
    assert slip_code.verify(text, told, Revocations(told, {}), centre.clock.now()).claims == said


async def test_a_key_that_cannot_be_certified_is_refused_before_anything_hangs_on_it(
    centre: Centre, authority: TrustAuthority
) -> None:
    kiosk, new = await centre.kiosk(), turned(await centre.kiosk(2), 1)
    async with centre.database.transaction() as tx:
        await authority.certify(
            tx,
            public=new.keys.signing,
            centre="C01",
            holder="Z99",
            uses=(Use.SLIP,),
            not_before=centre.clock.now(),
        )
    with pytest.raises(Exception, match=r"trust\.key_taken"):
        await register(centre, replace(new, kiosk=kiosk.kiosk))


async def test_a_fenced_kiosk_is_one_entry_however_many_keys_it_had(
    centre: Centre, authority: TrustAuthority
) -> None:
    other, thief = await centre.kiosk(1), await centre.kiosk(2)
    for number in range(5):
        centre.clock.pass_(seconds=PAUSE.total_seconds())
        await register(centre, new := turned(thief, number))
        await use(centre, new)
    await centre.bureau.fleet.fence(thief.kiosk)
    told = await listed(authority)
    assert [key.holder for key in told.keys] == [other.kiosk]
    assert [(each.holder, each.centre) for each in told.revoked_holders] == [(thief.kiosk, "C01")]
    for signer in (thief.signer, turned(thief, 4).signer):
        with pytest.raises(WireError, match=r"slip\.key_revoked"):
            await check(centre, authority, signer, thief.kiosk)
    assert (await check(centre, authority, other.signer, other.kiosk)).issuer == "C01/A01"
    keys, later = await authority.keys(), centre.clock.now() + SLIP_LIFETIME
    assert list_of(9, later, later + timedelta(days=9), keys, ()).revoked_holders == ()


async def seed(centre: Centre, holder: str, count: int) -> None:
    """Keys that came into the database as ours, past every limit of a rotation."""
    now = centre.clock.now()
    rows = book.KeyRows(centre.database, centre.resources.keys.row_mac(book.TABLE))
    async with centre.database.transaction() as tx:
        await book.begin(tx, count)
        for number in range(count):
            key = TrustedKey(
                public=os.urandom(32),
                algorithm=Algorithm.EDDSA,
                uses=(Use.SLIP,),
                centre="C01",
                holder=f"{holder}{number // 16}" if holder == "Z" else holder,
                not_before=now + timedelta(seconds=number),
                not_after=now + timedelta(days=366),
            )
            await rows.add(tx, key)


async def test_a_holders_keys_are_capped_in_the_list(
    centre: Centre, authority: TrustAuthority
) -> None:
    await seed(centre, "A07", KEYS_A_HOLDER + 20)
    keys = (await listed(authority)).keys
    assert len(keys) == KEYS_A_HOLDER
    newest = centre.clock.now() + timedelta(seconds=20)
    assert min(key.not_before for key in keys) == newest.replace(microsecond=0)


async def test_a_list_that_no_kiosk_could_take_is_not_issued_and_a_person_hears_of_it(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk = await centre.kiosk()
    await centre.bureau.noticeboard.refresh()
    (before,) = [
        change.value
        for change in (await centre.bureau.changes.after("", 500, kiosk.kiosk)).changes
        if change.topic == "trust"
    ]
    monkeypatch.setattr("helpdesk.wire.sync.VALUE_LENGTH", 4000)
    await seed(centre, "Z", 200)
    centre.clock.pass_(minutes=2)
    for _ in range(2):
        await centre.bureau.noticeboard.refresh()
        centre.clock.pass_(minutes=2)
    (after,) = [
        change.value
        for change in (await centre.bureau.changes.after("", 500, kiosk.kiosk)).changes
        if change.topic == "trust"
    ]
    assert after == before
    (matter,) = await centre.bureau.inbox.matters()
    assert (matter.code, matter.kiosk) == (Reason.TRUST_LIST, "")


async def test_two_that_hold_one_kiosks_keys_are_seen(centre: Centre) -> None:
    """A thief turns the key and uses his own: the kiosk that is left out gives it away."""
    kiosk = await centre.kiosk()
    fleet, roster = centre.bureau.fleet, centre.bureau.roster
    thief = turned(kiosk, 1)
    await register(centre, thief)
    await use(centre, thief)
    old = await roster.key(sync.key_id(kiosk.kiosk, kiosk.keys.signing))
    assert old is not None
    # What was on its way when the key was turned says nothing.
    await fleet.retired_key_used(old, centre.clock.now() + GRACE)
    assert await centre.bureau.inbox.matters() == ()
    for _ in range(2):
        await fleet.retired_key_used(old, centre.clock.now() + GRACE + timedelta(seconds=1))
    (matter,) = await centre.bureau.inbox.matters()
    assert (matter.code, matter.kiosk) == (Reason.TWO_HOLDERS, kiosk.kiosk)
    (line,) = await fleet.kiosks()
    assert line.standing == "quarantined"
