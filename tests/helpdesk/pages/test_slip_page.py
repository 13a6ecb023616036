"""A printed slip's address on a phone: its signature's worth, what it says, and what holds now."""

from __future__ import annotations

import base64
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from helpdesk.wire import slip_code
from helpdesk.wire.signing_key import Ed25519Signer, Signer
from helpdesk.wire.slip_claims import SignatureState, SlipType, basis_of
from helpdesk.wire.slip_document import document_id
from invoices.told import Told
from invoices.verdict import Source, State, Verdict
from tests.helpdesk.pages.conftest import RECORD, SITE, TOKEN, Office, OpenOffice, claim_of
from tests.helpdesk.pages.test_record_page import FACE, secrets_in
from tests.helpdesk.wire.world import KIOSK, STRANGER, claims


def told_at(moment: datetime, **changes: Any) -> Told:
    members: dict[str, Any] = {
        "verdict": Verdict.MATCH,
        "state": State.NORMAL,
        "source": Source.REGISTRY,
        "as_of": moment,
    }
    return Told(**members | changes)


def slip_of(
    office: Office,
    told: Told | None = None,
    signer: Signer | None = KIOSK,
    token: str = TOKEN,
    **changes: Any,
) -> str:
    """The address on the slip of a check made now."""
    now = office.clock.now()
    told = told or told_at(now)
    unsigned = {"signature": SignatureState.DEVICE_KEY_MISSING, "invoice": None}
    members = {
        "issued_at": now,
        "expires": now + timedelta(days=180),
        "record": RECORD,
        "document_id": document_id(RECORD, token, told),
        "registry": None,
        **basis_of(told),
        **({} if signer else unsigned),
    }
    return SITE.slip_address(slip_code.issue(claims(**members | changes), signer))


async def test_a_good_slip_opens_its_record_and_tells_the_state_now(office: Office) -> None:
    office.clock.pass_(microseconds=123_456)
    await office.certified()
    await office.told(claim_of())
    address = slip_of(office)
    await office.becomes(State.RED_FULL)
    office.clock.pass_(days=9)
    page = await office.page(address, "zh-CN")
    assert "小票上是 2026-11-24 12:00 签发时的结果，不是发票现在的状态。" in page.lines
    assert "签名有效" in page.lines
    assert "由 HD01/A03 于 2026-11-24 12:00 签发，没有改动，也没有收回。" in page.lines
    assert page.lines.count("一致，截至 2026-11-24 12:00 正常") == 1
    assert "发票号码、开票日期、金额" in page.lines
    assert "一致，发票全额红冲" in page.lines
    assert "good" not in [section.get("class") for section in page.of("section")]
    assert FACE.number in page.lines
    small = await office.page(address.replace("/S/", "/s/").lower().replace(SITE.url, ""))
    assert "The signature holds" in small.lines


async def test_what_a_pack_said_stands_beside_what_the_centre_found_later(office: Office) -> None:
    await office.certified()
    day_before = office.clock.now() - timedelta(days=1)
    told = told_at(day_before, source=Source.PACK, outdated=True)
    await office.becomes(State.VOIDED)
    await office.told(claim_of())
    page = await office.page(slip_of(office, told), "en")
    assert "Match: valid as of 2026-11-23 12:00" in page.lines
    assert any("data on kiosk A03" in line for line in page.lines)
    assert page.lines.count("Match, voided") == 2


async def test_a_slip_whose_record_is_not_here_says_what_it_says(office: Office) -> None:
    await office.certified()
    page = await office.page(slip_of(office))
    assert "The signature holds" in page.lines
    assert any("has not come here yet" in line for line in page.lines)
    assert secrets_in(page.html) == []
    await office.told(claim_of(), token="Z" * 20)
    page = await office.page(slip_of(office))
    assert any("does not fit the centre's record" in line for line in page.lines)
    assert secrets_in(page.html) == []


async def test_every_doubt_has_its_words_and_shows_nothing_of_the_invoice(office: Office) -> None:
    await office.certified()
    await office.told(claim_of())
    good = slip_of(office)
    revoked = Ed25519Signer(b"\x31" * 32)
    await office.certified(revoked, "A04")
    async with office.database.transaction() as tx:
        await office.authority.revoke(tx, revoked.key.kid, office.clock.now())
    taken_back = slip_of(office, document_id=bytes(16))
    await office.authority.revoke_slip(SITE.read(taken_back).code)  # type: ignore[union-attr]
    doubts = {
        _altered(good): ("小票无效", "不要采信"),
        slip_of(office, signer=STRANGER): ("无法核对小票", "也可能是伪造"),
        slip_of(office, signer=revoked, issuer="HD01/A04"): ("小票无效", "已被吊销"),
        slip_of(office, issuer="HD01/A09"): ("小票无效", "另一台设备"),
        taken_back: ("小票已被收回", "不再有效"),
    }
    for address, (result, why) in doubts.items():
        page = await office.page(address, "zh-CN")
        assert result in page.lines
        assert why in page.text
        assert secrets_in(page.html) == []
        assert "签名有效" not in page.text
        assert not re.search(r"\b(page|error|advice|told)\.[a-z_]+", page.text)


async def test_an_expired_or_unsigned_slip_still_opens_its_record(office: Office) -> None:
    await office.certified()
    await office.told(claim_of())
    bare = slip_of(office, signer=None, issuer="unenrolled/A03")
    page = await office.page(bare)
    assert "The slip is not signed" in page.lines
    assert FACE.number in page.lines
    address = slip_of(office)
    office.clock.pass_(days=181)
    page = await office.page(address)
    assert "The slip has expired" in page.lines
    assert "The signature holds" not in page.lines
    assert FACE.number in page.lines


async def test_a_slip_of_another_kind_has_no_result(office: Office) -> None:
    await office.certified()
    other = claims(
        type=SlipType.NUMBER,
        verdict=None,
        state=None,
        invoice=None,
        issued_at=office.clock.now(),
        expires=office.clock.now() + timedelta(days=1),
    )
    page = await office.page(SITE.slip_address(slip_code.issue(other, KIOSK)))
    assert "The signature holds" in page.lines


@pytest.mark.parametrize("path", ["", "A", "1", "AAAA====", "x" * 1300, "%3Cscript%3E", "AB/CD"])
async def test_a_damaged_address_says_so(office: Office, path: str) -> None:
    page = await office.page(f"/S/{path}", status=404)
    assert "The address or number is not whole" in page.lines


async def test_what_is_no_slip_at_all_does_not_hold(office: Office) -> None:
    text = base64.b32encode(b"hello world").decode().rstrip("=")
    page = await office.page(f"/S/{text}")
    assert "The slip does not hold" in page.lines


async def test_a_centre_without_a_root_cannot_tell(open_office: OpenOffice) -> None:
    office = await open_office(rooted=False)
    page = await office.page(slip_of(office))
    assert "The slip cannot be checked" in page.lines
    assert secrets_in(page.html) == []
    bare = await office.page(slip_of(office, signer=None, issuer="unenrolled/A03"))
    assert "The slip is not signed" in bare.lines
    assert "The slip does not hold" in (await office.page("/S/NBSWY3DP")).lines


async def test_forged_slips_are_guesses_and_good_ones_are_none(open_office: OpenOffice) -> None:
    office = await open_office(guesses=2)
    await office.certified()
    for _ in range(5):
        await office.page(slip_of(office))
    for _ in range(2):
        await office.page(slip_of(office, signer=STRANGER))
    page = await office.page(slip_of(office, signer=STRANGER), status=429)
    assert "Too many requests" in page.lines
    await office.page(slip_of(office))


def _altered(address: str) -> str:
    head, _, body = address.rpartition("/")
    middle = len(body) // 2
    letter = "A" if body[middle] != "A" else "B"
    return f"{head}/{body[:middle]}{letter}{body[middle + 1 :]}"
