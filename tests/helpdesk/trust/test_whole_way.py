"""From the root to the paper and back: a server's lists in the hands of two kiosks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio

from helpdesk.wire.signing_key import Ed25519Signer
from invoices.check import Check
from kiosk.trust.issuer import SlipIssuer
from kiosk.trust.slip_check import SlipChecker, SlipFinding, Worth
from kiosk.trust.slip_codes import SlipCodes
from kiosk.trust.store import TrustStore
from tests.helpdesk.trust.conftest import Centre
from tests.helpdesk.wire.world import KIOSK, STRANGER
from tests.kiosk.stand_ins import HandClock, claim, matched
from tests.kiosk.trust.slips import LIFETIME

RECORD, TOKEN = "A03-261124-0127", "ABCDEFGHIJKLMNOPQRST"
CHECK = Check("op", RECORD, TOKEN, claim(), matched(), HandClock().now())


@dataclass
class Kiosk:
    """One kiosk with a data folder of its own."""

    centre: Centre
    name: str
    signer: Ed25519Signer
    store: TrustStore

    async def pull(self) -> None:
        authority = self.centre.authority
        root = await authority.root()
        await asyncio.to_thread(self.store.pin, [root.public])
        held = await asyncio.to_thread(lambda: self.store.version)
        delivery = await authority.trust_list_for(held)
        if delivery.bundle:
            now = self.centre.clock.now()
            await asyncio.to_thread(self.store.accept, delivery.bundle, delivery.parts, now)

    def prints(self) -> str:
        clock = HandClock(self.centre.clock.now())
        key = self.centre.authority.invoice_key
        issuer = SlipIssuer("HD01", self.name, key, self.signer)
        return SlipCodes(lambda: issuer, self.name, clock, LIFETIME).of(CHECK).text

    async def checks(self, code: str) -> SlipFinding:
        held = await asyncio.to_thread(self.store.held)
        return SlipChecker(held, self.centre.clock.now()).check(code)


@pytest_asyncio.fixture
async def kiosks(centre: Centre, tmp_path: Path) -> tuple[Kiosk, Kiosk]:
    made = []
    for name, signer in (("A03", KIOSK), ("A04", STRANGER)):
        await centre.certify(signer, name)
        folder = tmp_path / name
        await asyncio.to_thread(folder.mkdir)
        made.append(Kiosk(centre, name, signer, TrustStore(folder)))
    for kiosk in made:
        await kiosk.pull()
    return made[0], made[1]


async def test_a_slip_of_one_kiosk_holds_at_the_other_until_the_list_is_over(
    centre: Centre, kiosks: tuple[Kiosk, Kiosk]
) -> None:
    printing, checking = kiosks
    code = printing.prints()
    assert (await checking.checks(code)).worth is Worth.GOOD
    centre.clock.move(days=29)
    assert (await checking.checks(code)).worth is Worth.GOOD
    centre.clock.move(days=2)
    assert (await checking.checks(code)).fault == "slip.trust_expired"
    await checking.pull()
    assert (await checking.checks(code)).worth is Worth.GOOD
    centre.clock.move(days=150)
    await checking.pull()
    assert (await checking.checks(code)).fault == "slip.expired"


async def test_a_slip_taken_back_and_a_revoked_key_are_known_after_the_next_pull(
    centre: Centre, kiosks: tuple[Kiosk, Kiosk]
) -> None:
    printing, checking = kiosks
    code = printing.prints()
    await centre.authority.revoke_slip(code)
    assert (await checking.checks(code)).worth is Worth.GOOD
    await checking.pull()
    assert (await checking.checks(code)).fault == "slip.revoked"
    other = checking.prints()
    await centre.revoke(printing.signer.key.kid)
    await checking.pull()
    assert (await checking.checks(code)).fault == "slip.key_revoked"
    assert (await checking.checks(other)).worth is Worth.GOOD


async def test_a_renewed_issuer_needs_nothing_of_the_kiosks(
    centre: Centre, kiosks: tuple[Kiosk, Kiosk]
) -> None:
    printing, checking = kiosks
    await centre.renew()
    centre.clock.move(days=2)
    await checking.pull()
    assert (await checking.checks(printing.prints())).worth is Worth.GOOD


async def test_a_kiosk_enrolled_later_is_unknown_until_the_next_pull(
    centre: Centre, kiosks: tuple[Kiosk, Kiosk], tmp_path: Path
) -> None:
    _, checking = kiosks
    signer = Ed25519Signer(b"\x21" * 32)
    late = Kiosk(centre, "A05", signer, TrustStore(tmp_path))
    await centre.certify(signer, "A05")
    assert (await checking.checks(late.prints())).fault == "slip.key_unknown"
    await checking.pull()
    assert (await checking.checks(late.prints())).worth is Worth.GOOD
