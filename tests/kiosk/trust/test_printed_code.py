"""The code read off the paper, as a phone's camera would, and checked without a server."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from helpdesk.wire.signing_key import Ed25519Signer
from invoices.check import Check
from invoices.outcome import Outcome
from invoices.verdict import State, Verdict
from kiosk.config import CentreSection
from kiosk.i18n import Catalogues
from kiosk.slip import SlipWriter
from kiosk.trust.issuer import SlipIssuer
from kiosk.trust.slip_check import Worth
from kiosk.trust.slip_codes import SlipCodes
from printers.document import Document
from printers.encode import encode
from printers.profile import Profile
from printers.virtual.machine import Machine
from printers.virtual.picture import png
from tests.helpdesk.wire.world import KIOSK, listed, trusted
from tests.kiosk.stand_ins import NOW, HandClock, bare, claim, matched
from tests.kiosk.trust.slips import check, codes, held, unsigned
from tests.printers.bench import FONT

CENTRE = CentreSection(name="北京市示例区税务服务中心", hotline="12366", hours="9:00–17:00")
TOKEN = "ABCDEFGHIJKLMNOPQRST"
LONGEST = "ABCDEF-261124-9999999"
LONG_NAME = "x" * 32
PROFILES = [
    Profile(columns=32),
    Profile(columns=48),
    Profile(columns=32, text="raster", qr="image"),
    Profile(columns=48, text="raster", qr="image"),
]
each_profile = pytest.mark.parametrize("profile", PROFILES, ids=lambda p: f"{p.columns}-{p.qr}")


def slip(made: SlipCodes, outcome: Outcome, record: str = "A03-261124-0127") -> Document:
    text = Catalogues().translator("zh_CN")
    writer = SlipWriter(lambda: CENTRE, made.clock, text, text, made)
    return writer.write(Check("op", record, TOKEN, claim(), outcome, NOW))


def scanned(document: Document, profile: Profile) -> str:
    """The one code on the printed slip."""
    machine = Machine(profile.dots)
    machine.receive(encode(document, profile, FONT))
    machine.work()
    assert FONT is not None
    with Image.open(BytesIO(png(machine.slips[0], FONT))) as picture:
        (found,) = zxingcpp.read_barcodes(picture)
    text: str = found.text
    return text


@each_profile
@pytest.mark.parametrize(
    "outcome", [matched(), matched(State.RED_PARTIAL), bare(Verdict.UNAVAILABLE)]
)
def test_what_the_paper_says_holds_without_a_server(outcome: Outcome, profile: Profile) -> None:
    found = check(scanned(slip(codes(HandClock()), outcome), profile), NOW, held())
    assert found.worth is Worth.GOOD
    assert found.claims is not None
    assert found.claims.verdict is not None
    assert found.claims.verdict.verdict is outcome.verdict


@each_profile
def test_an_unsigned_slip_scans_and_is_called_so(profile: Profile) -> None:
    code = scanned(slip(unsigned(HandClock()), matched()), profile)
    assert check(code, NOW, held()).fault == "slip.unsigned"


@each_profile
def test_the_longest_names_still_scan(profile: Profile) -> None:
    far = SlipIssuer(LONG_NAME, LONG_NAME, bytes(32), KIOSK)
    made = SlipCodes(lambda: far, "A03", HandClock(), timedelta(days=366))
    code = scanned(slip(made, matched(State.RED_PARTIAL), LONGEST), profile)
    by = held(listed(trusted(KIOSK, centre=LONG_NAME, holder=LONG_NAME)))
    assert check(code, NOW, by).worth is Worth.GOOD


@pytest.mark.parametrize("seed", range(12))
def test_any_key_and_any_document_scan_on_narrow_paper(seed: int) -> None:
    signer = Ed25519Signer(bytes([seed + 40]) * 32)
    made = codes(HandClock(), lambda: SlipIssuer("HD01", "A03", bytes(32), signer))
    code = scanned(slip(made, matched(), f"A03-261124-{seed + 1:04d}"), Profile(columns=32))
    assert check(code, NOW, held(listed(trusted(signer)))).worth is Worth.GOOD
