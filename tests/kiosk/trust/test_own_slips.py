"""A scanned slip on the kiosk that printed it: the paper opens its record, nothing else does."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from helpdesk.wire import slip_code
from helpdesk.wire.slip_claims import SlipClaims
from invoices.check import Check
from invoices.told import Told
from invoices.verdict import State, Verdict
from kiosk.bootstrap.screens import ScanReader
from kiosk.bootstrap.slip_desk import SignedSlipDesk
from kiosk.db.database import Database
from kiosk.reader import SignedSlipScan, read_text
from kiosk.records import Records
from kiosk.trust.issuer import IssuerSource, nobody
from kiosk.trust.slip_codes import SlipCodes
from kiosk.trust.store import TrustStore
from tests.helpdesk.wire.world import KIOSK, NOW, STRANGER, claims, listed, taken_back
from tests.kiosk.stand_ins import HandClock, bare, matched, new_check, op, opened
from tests.kiosk.trust.slips import codes, issuer, stocked
from tui.kiosk.ports import SignedSlip, SignedSlipRead, SlipWorth


async def found(
    database: Database, folder: Path, code: str, clock: HandClock | None = None
) -> SignedSlip:
    desk = SignedSlipDesk(TrustStore(folder), Records(database.checks), clock or HandClock())
    return await desk.find(code)


def code_of(check: Check, source: IssuerSource = issuer) -> str:
    made: SlipCodes = codes(HandClock(), source)
    return made.of(check).text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    stocked(tmp_path, NOW)
    return tmp_path


async def test_our_own_slip_shows_the_whole_check(folder: Path) -> None:
    async with opened(folder) as database:
        check = await database.checks.add(new_check("op-1"))
        slip = await found(database, folder, code_of(check))
        assert (slip.worth, slip.fault, slip.check) == (SlipWorth.GOOD, "", check)
        assert slip.says is not None
        assert (slip.says.centre, slip.says.kiosk) == ("HD01", "A03")
        assert slip.says.told == check.outcome.told


async def test_an_unsigned_slip_of_ours_opens_its_record_and_is_marked(folder: Path) -> None:
    async with opened(folder) as database:
        check = await database.checks.add(new_check("op-1"))
        slip = await found(database, folder, code_of(check, nobody))
        assert (slip.worth, slip.fault) == (SlipWorth.REFUSED, "slip.unsigned")
        assert slip.check == check


async def test_the_slip_of_a_kept_check_opens_it_before_and_after_its_answer(folder: Path) -> None:
    async with opened(folder) as database:
        kept = await database.checks.add(new_check("op-1", bare(Verdict.UNAVAILABLE)))
        code = code_of(kept)
        assert (await found(database, folder, code)).check == kept
        await database.checks.complete(op("op-1"), matched(State.VOIDED), NOW)
        slip = await found(database, folder, code)
        assert slip.says is not None
        assert slip.says.told == Told(Verdict.UNAVAILABLE)
        assert slip.check is not None
        assert slip.check.outcome.state is State.VOIDED


async def test_knowing_a_record_number_opens_nothing(folder: Path) -> None:
    async with opened(folder) as database:
        check = await database.checks.add(new_check("op-1"))
        guessed = replace(check, token="A" * 20)
        for source in (issuer, nobody):
            slip = await found(database, folder, code_of(guessed, source))
            assert slip.check is None
            assert slip.says is not None
        lied = replace(check, outcome=matched(State.VOIDED))
        by_another_key = codes(HandClock(), lambda: issuer(STRANGER)).of(lied).text
        forged = await found(database, folder, by_another_key)
        assert (forged.worth, forged.check, forged.says) == (SlipWorth.UNKNOWN, None, None)


async def test_a_slip_that_was_taken_back_opens_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        check = await database.checks.add(new_check("op-1"))
        code = code_of(check)
        said = slip_code.signed_claims(code, listed())
        part, data = taken_back(said.document_id)
        await asyncio.to_thread(stocked, tmp_path, NOW, listed(revocations=(part,)), *data.values())
        slip = await found(database, tmp_path, code)
        assert (slip.worth, slip.fault, slip.check) == (SlipWorth.REFUSED, "slip.revoked", None)


async def test_an_expired_slip_of_ours_still_opens_its_record(folder: Path) -> None:
    later = HandClock()
    later.move(20 * 86_400)
    async with opened(folder) as database:
        check = await database.checks.add(new_check("op-1"))
        short = replace(codes(HandClock()), lifetime=later.now() - HandClock().now())
        slip = await found(database, folder, short.of(check).text, later)
        assert (slip.fault, slip.check) == ("slip.expired", check)


async def test_a_slip_of_another_kiosk_is_proved_without_a_record(folder: Path) -> None:
    elsewhere: SlipClaims = claims(issued_at=NOW)
    async with opened(folder) as database:
        slip = await found(database, folder, slip_code.issue(elsewhere, KIOSK))
        assert (slip.worth, slip.check) == (SlipWorth.GOOD, None)


async def test_a_list_that_cannot_be_read_is_as_good_as_none(folder: Path) -> None:
    await asyncio.to_thread((folder / "trust.json").write_text, "{}")
    async with opened(folder) as database:
        check = await database.checks.add(new_check("op-1"))
        slip = await found(database, folder, code_of(check))
        assert (slip.worth, slip.fault, slip.listed_at) == (
            SlipWorth.UNKNOWN,
            "slip.no_list",
            None,
        )


def test_the_reader_knows_a_slip_from_everything_else() -> None:
    code = slip_code.issue(claims(), KIOSK)
    assert read_text(code) == SignedSlipScan(code)
    assert ScanReader().read(code.encode() + b"\r") == SignedSlipRead(code)
    assert ScanReader().read(code.lower().encode()) == SignedSlipRead(code)
    assert ScanReader().read(b"FP1:") == SignedSlipRead("FP1:")
    assert not isinstance(ScanReader().read(b"FP2:00"), SignedSlipRead)
