from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from helpdesk.trust.authority import TrustAuthority
from helpdesk.trust.errors import TrustError
from helpdesk.wire import slip_code
from helpdesk.wire.errors import WireError
from helpdesk.wire.signing_key import kid_of
from helpdesk.wire.trust_list import Use
from tests.helpdesk.trust.conftest import Centre
from tests.helpdesk.wire.world import KIOSK, NOW, SERVER, STRANGER


async def test_a_slip_of_a_certified_key_holds_by_the_next_list(centre: Centre) -> None:
    with pytest.raises(WireError, match=r"slip\.key_unknown"):
        await centre.check(centre.slip())
    assert await centre.certify() == kid_of(KIOSK.key.public)
    assert (await centre.check(centre.slip())).claims.issuer == "HD01/A03"


async def test_certifying_again_changes_nothing_and_another_holder_is_refused(
    centre: Centre,
) -> None:
    await centre.certify()
    await centre.certify()
    with pytest.raises(TrustError, match=r"trust\.key_taken"):
        await centre.certify(holder="A04")
    (key,) = (await centre.listed())[0].keys
    assert (key.holder, key.uses) == ("A03", (Use.SLIP, Use.REQUEST))
    assert key.not_after == NOW + timedelta(days=366)


async def test_a_certification_that_was_rolled_back_is_in_no_list(centre: Centre) -> None:
    async def undone() -> None:
        async with centre.database.transaction():
            await centre.certify()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await undone()
    assert (await centre.listed())[0].keys == ()


async def test_a_revoked_key_takes_all_its_slips_with_it(centre: Centre) -> None:
    kid = await centre.certify()
    code = centre.slip()
    assert await centre.revoke(kid)
    assert not await centre.revoke(kid)
    with pytest.raises(WireError, match=r"slip\.key_revoked"):
        await centre.check(code)
    with pytest.raises(TrustError, match=r"trust\.key_taken"):
        await centre.certify()
    with pytest.raises(TrustError, match=r"trust\.key_unknown"):
        await centre.revoke(b"none")


async def test_all_keys_of_a_fenced_kiosk_fall_and_no_other(centre: Centre) -> None:
    await centre.certify(KIOSK)
    await centre.certify(STRANGER)
    await centre.certify(SERVER, "A04")
    async with centre.database.transaction() as tx:
        fallen = await centre.authority.revoke_holder(tx, "A03", NOW)
        assert await centre.authority.revoke_holder(tx, "A03", NOW) == ()
    assert set(fallen) == {kid_of(KIOSK.key.public), kid_of(STRANGER.key.public)}
    told, _ = await centre.listed()
    assert [key.holder for key in told.keys if key.revoked_at is None] == ["A04"]


async def test_what_a_retired_key_signed_before_holds_on(centre: Centre) -> None:
    kid = await centre.certify()
    early = centre.slip()
    late = centre.slip(
        issued_at=NOW + timedelta(days=2),
        expires=NOW + timedelta(days=182),
        document_id=b"another document",
    )
    async with centre.database.transaction() as tx:
        await centre.authority.retire(tx, kid, NOW + timedelta(days=1))
        await centre.authority.retire(tx, kid, NOW + timedelta(days=5))
    centre.clock.move(days=3)
    assert (await centre.check(early)).kid == kid
    with pytest.raises(WireError, match=r"slip\.key_period"):
        await centre.check(late)


async def test_a_kiosk_may_be_minutes_behind_or_ahead_of_the_server(centre: Centre) -> None:
    kid = await centre.certify()
    behind, ahead = (NOW + timedelta(minutes=minutes) for minutes in (-4, 4))
    early = centre.slip(issued_at=behind, expires=NOW + timedelta(days=9))
    late = centre.slip(issued_at=ahead, expires=NOW + timedelta(days=9))
    async with centre.database.transaction() as tx:
        await centre.authority.retire(tx, kid, NOW)
    for code in (early, late):
        assert (await centre.check(code)).kid == kid
    too_early = centre.slip(issued_at=NOW - timedelta(hours=1), expires=NOW + timedelta(days=9))
    with pytest.raises(WireError, match=r"slip\.key_period"):
        await centre.check(too_early)


async def test_one_slip_is_taken_back_and_its_neighbour_stays(centre: Centre) -> None:
    await centre.certify()
    code = centre.slip()
    slip, fresh = await centre.authority.revoke_slip(code)
    assert fresh
    assert slip.claims == centre.claims()
    assert not (await centre.authority.revoke_slip(code))[1]
    with pytest.raises(WireError, match=r"slip\.revoked"):
        await centre.check(code)
    neighbour = await centre.check(centre.slip(document_id=b"another document"))
    assert neighbour.claims.document_id == b"another document"
    forged = slip_code.issue(centre.claims(), STRANGER)
    with pytest.raises(WireError, match=r"slip\.key_unknown"):
        await centre.authority.revoke_slip(forged)


async def test_revocations_are_kept_as_long_as_slips_may_count(centre: Centre) -> None:
    await centre.certify()
    await centre.authority.revoke_slip(centre.slip())
    await centre.authority.revoke_slip(centre.slip(document_id=b"another document"))
    (part,) = (await centre.listed())[0].revocations
    assert (part.month, part.count) == (202611, 2)
    centre.clock.move(days=370)
    await centre.renew()
    assert len((await centre.listed())[0].revocations) == 1
    centre.clock.move(days=5)
    assert (await centre.listed())[0].revocations == ()


async def test_a_key_leaves_the_list_when_no_slip_of_it_can_count(centre: Centre) -> None:
    await centre.certify()
    centre.clock.move(days=2 * 366 - 1)
    await centre.renew()
    assert len((await centre.listed())[0].keys) == 1
    centre.clock.move(days=2)
    assert (await centre.listed())[0].keys == ()


async def test_a_list_serves_a_day_and_every_change_makes_a_new_one(centre: Centre) -> None:
    authority = centre.authority
    first = await authority.trust_list_for()
    assert await authority.trust_list_for() == first
    held = await authority.trust_list_for(first.version)
    assert (held.version, held.bundle) == (first.version, b"")
    await centre.certify()
    second = await authority.trust_list_for(first.version)
    assert second.version == first.version + 1
    centre.clock.move(days=0.9)
    assert await authority.trust_list_for() == second
    centre.clock.move(days=0.2)
    third = await authority.trust_list_for(second.version)
    assert third.version > second.version
    assert third.bundle


async def test_a_server_back_from_a_backup_issues_higher_versions_all_the_same(
    centre: Centre,
) -> None:
    await centre.certify()
    centre.clock.move(days=3)
    held = await centre.authority.trust_list_for()
    async with centre.database.transaction() as tx:
        await tx.execute("DELETE FROM trust_list")
        await tx.execute("DELETE FROM trust_key")
    centre.clock.move(days=0.01)
    assert (await centre.authority.trust_list_for()).version > held.version


async def test_two_at_a_time_issue_one_list(centre: Centre) -> None:
    await centre.certify()
    lists = await asyncio.gather(*(centre.authority.trust_list_for() for _ in range(6)))
    assert len({told.version for told in lists}) == 1


async def test_without_a_root_there_is_no_list(rootless: Centre) -> None:
    with pytest.raises(TrustError, match=r"trust\.no_issuer"):
        await rootless.authority.trust_list_for()
    with pytest.raises(TrustError, match=r"trust\.no_issuer"):
        await rootless.authority.root()


async def test_an_issuer_out_of_its_time_leaves_the_last_list_until_it_is_renewed(
    centre: Centre,
) -> None:
    centre.clock.move(days=364)
    last = await centre.authority.trust_list_for()
    told, _ = await centre.listed()
    assert told.expires == NOW + timedelta(days=365)
    centre.clock.move(days=2)
    assert (await centre.authority.trust_list_for()).version == last.version
    await centre.renew()
    told, _ = await centre.listed()
    assert told.version > last.version
    assert told.expires == centre.clock.now() + timedelta(days=30)


async def test_the_invoice_key_is_the_centres_own_and_stays(centre: Centre) -> None:
    key = centre.authority.invoice_key
    assert len(key) == 32
    assert len(set(key)) > 8
    again = TrustAuthority(centre.database, centre.ring, centre.folder, centre.clock)
    assert again.invoice_key == key
