from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from helpdesk.kiosks import prefixes
from helpdesk.kiosks.errors import KiosksError
from helpdesk.kiosks.moments import milliseconds, moment_of
from helpdesk.trust.authority import open_authority
from helpdesk.trust.issuer import init_root
from helpdesk.wire import enrolment, enrolment_code, sync, trust_list
from helpdesk.wire.errors import WireError
from helpdesk.wire.signing_key import kid_of
from helpdesk.wire.sync import KeyState
from tests.helpdesk.kiosks.room import NOON, Centre, granted, new_kiosk, request


async def refused(centre: Centre, asked: object) -> str:
    with pytest.raises(WireError) as raised:
        await centre.bureau.enrolment.admit(asked)  # type: ignore[arg-type]
    return raised.value.code


async def test_a_kiosk_comes_in_by_its_code_once(centre: Centre) -> None:
    desk = centre.bureau.enrolment
    kiosk, other = new_kiosk(1), new_kiosk(2)
    made = await desk.invite("hall, left of the door")
    assert made.kiosk == "A01"
    assert made.expires == NOON + timedelta(minutes=15)
    asked = request(kiosk, made.code, await desk.hello())
    grant = granted(kiosk, made.code, asked, await desk.admit(asked))
    assert (grant.kiosk, grant.prefix, grant.centre, grant.trust) == ("A01", "A01", "C01", b"")
    assert grant.region_keys
    assert await refused(centre, request(other, made.code, await desk.hello())) == "enrolment.used"
    (line,) = await centre.bureau.fleet.kiosks()
    assert (line.kiosk, line.standing, line.mark) == ("A01", "active", 0)


async def test_the_same_kiosk_may_ask_again_even_later(centre: Centre) -> None:
    desk = centre.bureau.enrolment
    kiosk, made = new_kiosk(), await desk.invite()
    asked = request(kiosk, made.code, await desk.hello())
    first = granted(kiosk, made.code, asked, await desk.admit(asked))
    centre.clock.pass_(hours=1)
    again = request(kiosk, made.code, await desk.hello(), nonce=b"n" * 16)
    assert granted(kiosk, made.code, again, await centre.again().bureau.enrolment.admit(again)) == (
        first
    )


async def test_what_is_refused(centre: Centre) -> None:
    desk = centre.bureau.enrolment
    made, kiosk = await desk.invite(), new_kiosk()
    hello = await desk.hello()
    asked = request(kiosk, made.code, hello)
    unknown = request(kiosk, "0000-0000-0000-0000", hello)
    assert await refused(centre, unknown) == "enrolment.proof"
    swapped = asked.model_copy(update={"kiosk": new_kiosk(9).keys})
    assert await refused(centre, swapped) == "enrolment.proof"
    centre.clock.pass_(minutes=2)
    assert await refused(centre, asked) == "enrolment.nonce"
    centre.clock.pass_(minutes=13)
    assert await refused(centre, request(kiosk, made.code, await desk.hello())) == (
        "enrolment.expired"
    )
    assert [line.standing for line in await centre.bureau.fleet.kiosks()] == ["added"]


async def test_the_journal_of_another_kiosk_is_refused(centre: Centre) -> None:
    desk = centre.bureau.enrolment
    first = await centre.kiosk(1)
    thief = replace(new_kiosk(2), journal=first.journal)
    made = await desk.invite()
    asked = request(thief, made.code, await desk.hello())
    assert await refused(centre, asked) == "enrolment.used"
    assert (await centre.rows("SELECT COUNT(*) FROM kiosks_key"))[0][0] == 1


@pytest.mark.parametrize("weak", [{"signing": bytes(32)}, {"sealing": bytes(32)}])
async def test_keys_that_are_nobodys_neither_come_in_nor_burn_the_code(
    centre: Centre, weak: dict[str, bytes]
) -> None:
    desk = centre.bureau.enrolment
    kiosk, made = new_kiosk(), await desk.invite()
    raw = enrolment_code.parse(made.code)
    asked = request(kiosk, made.code, await desk.hello())
    spoiled = asked.model_copy(update={"kiosk": kiosk.keys.model_copy(update=weak)})
    sent = enrolment.proved(enrolment_code.proof_key(raw), kiosk.signer, spoiled)
    assert await refused(centre, sent) == "key.weak"
    foreign = asked.model_copy(update={"possession": bytes(64)})
    assert await refused(centre, foreign) == "enrolment.possession"
    assert await centre.rows("SELECT COUNT(*) FROM kiosks_key") == [(0,)]
    granted(kiosk, made.code, asked, await desk.admit(asked))
    rotated = sync.key_request(kiosk.signer, made.kiosk, spoiled.kiosk)
    with pytest.raises(WireError, match=r"key\.weak"):
        await centre.bureau.fleet.rotate(made.kiosk, rotated)


async def test_a_fenced_kiosk_does_not_come_back_by_its_code(centre: Centre) -> None:
    desk = centre.bureau.enrolment
    kiosk, made = new_kiosk(), await desk.invite()
    asked = request(kiosk, made.code, await desk.hello())
    await desk.admit(asked)
    await centre.bureau.fleet.fence(made.kiosk)
    assert await refused(centre, asked) == "enrolment.used"
    unused = await desk.invite()
    await centre.bureau.fleet.fence(unused.kiosk)
    assert await refused(centre, request(new_kiosk(3), unused.code, await desk.hello())) == (
        "enrolment.proof"
    )


async def test_a_code_is_nowhere_in_the_database(centre: Centre) -> None:
    made = await centre.bureau.enrolment.invite()
    (row,) = await centre.rows("SELECT code_name, sealed FROM kiosks_code")
    plain = made.code.replace("-", "").encode()
    assert plain not in bytes(row[1])
    assert made.code not in row[0]


async def test_a_centre_with_a_root_gives_its_trust_list(centre: Centre, tmp_path: Path) -> None:
    ring, folder = centre.resources.keys, centre.resources.config.keys
    chance = iter([b"r" * 32, b"i" * 32, *(bytes([n]) * 32 for n in range(20))])
    await asyncio.to_thread(
        init_root, tmp_path / "root", folder, ring, NOON, lambda _n: next(chance)
    )
    kiosk = new_kiosk(4)
    grant = await centre.enrol(kiosk)
    root = await open_authority(centre.resources).root()
    listed = trust_list.read(grant.trust, [root]).trust_list
    assert kid_of(kiosk.signer.key.public) in {kid_of(key.public) for key in listed.keys}
    await centre.bureau.fleet.fence(kiosk.kiosk)
    bundle = (await open_authority(centre.resources).trust_list_for()).bundle
    told = trust_list.read(bundle, [root]).trust_list
    assert ([each.holder for each in told.revoked_holders], told.keys) == ([kiosk.kiosk], ())


async def test_keys_change_in_two_phases(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    fleet, roster = centre.bureau.fleet, centre.bureau.roster
    new = replace(kiosk, signer=new_kiosk(5).signer, sealing=b"n" * 32)
    asked = sync.key_request(new.signer, kiosk.kiosk, new.keys)
    answers = [await fleet.rotate(kiosk.kiosk, asked) for _ in range(2)]
    assert {(each.state, each.keyid) for each in answers} == {
        (KeyState.REGISTERED, sync.key_id(kiosk.kiosk, new.keys.signing))
    }
    other = replace(kiosk, signer=new_kiosk(6).signer)
    taking_its_place = sync.key_request(other.signer, kiosk.kiosk, other.keys)
    for another in (taking_its_place, asked):
        centre.clock.pass_(hours=1)
        await fleet.rotate(kiosk.kiosk, another)
    key = await roster.key(answers[0].keyid)
    assert key is not None
    async with centre.database.transaction() as tx:
        assert await roster.activate(tx, key, NOON)
    async with centre.database.transaction() as tx:
        assert not await roster.activate(tx, key, NOON)
    states = {each.keyid: each.state for each in await roster.keys_of(kiosk.kiosk)}
    assert sorted(states.values()) == ["active", "retired"]
    assert (await fleet.rotate(kiosk.kiosk, asked)).state is KeyState.ACTIVE
    back = sync.key_request(kiosk.signer, kiosk.kiosk, kiosk.keys)
    with pytest.raises(KiosksError, match=r"kiosks\.key"):
        await fleet.rotate(kiosk.kiosk, back)
    unheld = asked.model_copy(update={"proof": bytes(64)})
    with pytest.raises(WireError, match=r"signature\.wrong"):
        await fleet.rotate(kiosk.kiosk, unheld)


async def test_the_first_use_of_a_key_ends_the_old_ones_time_on_slips(
    centre: Centre, tmp_path: Path
) -> None:
    ring, folder = centre.resources.keys, centre.resources.config.keys
    await asyncio.to_thread(init_root, tmp_path / "root", folder, ring, NOON, os.urandom)
    kiosk = await centre.kiosk()
    new = replace(kiosk, signer=new_kiosk(5).signer)
    asked = sync.key_request(new.signer, kiosk.kiosk, new.keys)
    answer = await centre.bureau.fleet.rotate(kiosk.kiosk, asked)
    key = await centre.bureau.roster.key(answer.keyid)
    assert key is not None
    centre.clock.pass_(hours=1)
    assert await centre.bureau.fleet.first_use(key)
    assert not await centre.bureau.fleet.first_use(key)
    authority = open_authority(centre.resources)
    bundle = (await authority.trust_list_for()).bundle
    listed = trust_list.read(bundle, [await authority.root()]).trust_list
    old, following = (listed.find(each.signer.key.kid) for each in (kiosk, new))
    assert old is not None
    assert old.not_after == centre.clock.now() + trust_list.SKEW
    assert old.revoked_at is None
    assert following is not None
    assert following.not_after > centre.clock.now() + timedelta(days=300)


async def test_a_kiosk_that_is_none_cannot_be_fenced(centre: Centre) -> None:
    with pytest.raises(KiosksError, match=r"kiosks\.unknown"):
        await centre.bureau.fleet.fence("Z99")


async def test_names_and_prefixes(centre: Centre) -> None:
    desk = centre.bureau.enrolment
    assert [(await desk.invite()).kiosk for _ in range(2)] == ["A01", "A02"]
    assert [(await desk.invite(prefix="A07")).kiosk for _ in range(3)] == ["A07", "A07B", "A07C"]
    assert (await desk.invite()).kiosk == "A03"
    for name, prefix, code in (
        ("x" * 65, "", "name"),
        ("a\nb", "", "name"),
        ("", "W", "prefix"),
        ("", "a1", "prefix"),
    ):
        with pytest.raises(KiosksError, match=rf"kiosks\.{code}"):
            await desk.invite(name, prefix)


def test_a_prefix_is_never_leased_twice() -> None:
    leased: set[str] = set()
    for _ in range(200):
        leased.add(prefixes.choose(leased))
    assert len(leased) == 200
    assert "W" not in leased
    assert {"A99", "B01"} <= leased
    with pytest.raises(KiosksError, match=r"kiosks\.prefixes"):
        prefixes.choose({"ABCDEF"}, "ABCDEF")


def test_moments_go_through_the_rows_unchanged() -> None:
    for moment in (NOON, NOON + timedelta(milliseconds=1), NOON.replace(year=1971)):
        assert moment_of(milliseconds(moment)) == moment
