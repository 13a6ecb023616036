"""By which source and as of when: said by whoever reads the paper elsewhere, as the paper does.

Four kiosks give a slip: one whose server answers, one by its packs, one by packs whose time is
over, and one that nobody answers.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from helpdesk.wire.slip_claims import SlipClaims
from invoices.check import Check
from invoices.claim import from_face
from invoices.told import Told
from invoices.verdict import Source, State, Verdict
from kiosk.bootstrap.screens import RecordDesk
from kiosk.bootstrap.slip_desk import SignedSlipDesk
from kiosk.check_book import Entry
from kiosk.clock import Clock
from kiosk.config import CentreSection
from kiosk.i18n import Catalogues
from kiosk.packs.pack_clock import PackClock
from kiosk.packs.verifier import PackVerifier
from kiosk.records import Records
from kiosk.slip import SlipWriter
from kiosk.trust.slip_check import Worth
from kiosk.trust.store import TrustStore
from kiosk.verification import Fallback, Verification
from printers.profile import Profile
from tests.helpdesk.wire.world import NOW as LISTED_AT
from tests.kiosk.packs.shop import NOW, TODAY, NothingKept, Pack, Shop, segment, store_at
from tests.kiosk.present_states import NOBODY_TELLS
from tests.kiosk.stand_ins import CountedIds, HandClock, matched, opened
from tests.kiosk.test_verification import LASTING, Answer, ScriptedVerifier
from tests.kiosk.trust.shell import TODAY as THIS_DAY
from tests.kiosk.trust.shell import Shell
from tests.kiosk.trust.slips import check as checked
from tests.kiosk.trust.slips import codes, held, stocked
from tests.kiosk.trust.test_printed_code import scanned
from tests.verifier_contract import known_invoices
from tui.kiosk.ports import SignedSlip, Summary
from tui.kiosk.screens.notice import Notice
from tui.kiosk.signed_slip_words import slip_notice
from tui.kiosk.told_words import summary
from tui.kiosk.wording import Wording
from tui.widgets.emblem import Tone

INVOICE = known_invoices(TODAY)["normal"]
LANGUAGES = ("zh_CN", "en")
TEXTS = Catalogues()
WORDINGS = [Wording(language, TEXTS.translator(language), HandClock()) for language in LANGUAGES]
PLAIN = ("发票正常", "is valid", "Match, valid")
"""What is said only of what somebody knew who was asked about the present."""


@dataclass(frozen=True)
class Case:
    """Who answers at the kiosk, and what must be said of that wherever its slip is read."""

    server: tuple[Answer, ...]
    packs: bool
    hours: int
    told: Told
    said: tuple[tuple[str, ...], tuple[str, ...]]
    here: tuple[str, str]


SERVER = matched()
CASES = {
    "server": Case(
        (SERVER,),
        packs=True,
        hours=0,
        told=SERVER.told,
        said=(
            ("发票正常", "数据来源：税务登记库，截至 2026-11-24 10:25"),
            ("alid", "Source: tax registry, as of 2026-11-24 10:25"),
        ),
        here=("数据来源：税务登记库", "Source: tax registry"),
    ),
    "live pack": Case(
        (LASTING,),
        packs=True,
        hours=2,
        told=Told(Verdict.MATCH, State.NORMAL, Source.PACK, NOW),
        said=(
            ("一致，截至 2026-11-24 12:00 正常", "自助机 A03 的本机数据，截至 2026-11-24 12:00"),
            ("valid as of 2026-11-24 12:00", "data on kiosk A03, as of 2026-11-24 12:00"),
        ),
        here=("数据来源：本机数据，截至", "Source: data on this machine, as of"),
    ),
    "expired pack": Case(
        (LASTING,),
        packs=True,
        hours=37,
        told=Told(Verdict.MATCH, State.NORMAL, Source.PACK, NOW, outdated=True),
        said=(
            (
                "一致，截至 2026-11-24 12:00 正常",
                "自助机 A03 的本机数据，截至 2026-11-24 12:00",
                "查验时这份数据已过有效期",
            ),
            (
                "valid as of 2026-11-24 12:00",
                "data on kiosk A03, as of 2026-11-24 12:00",
                "Those data had expired",
            ),
        ),
        here=("查验时这份数据已过有效期", "Those data had expired"),
    ),
    "nobody": Case(
        (LASTING,),
        packs=False,
        hours=0,
        told=Told(Verdict.UNAVAILABLE),
        said=(
            ("暂时无法判断", "数据来源：未能联网查询"),
            ("annot tell", "Source: registry not reached"),
        ),
        here=("数据来源：未能联网查询", "Source: registry not reached"),
    ),
}
each_case = pytest.mark.parametrize("name", CASES)


@pytest.fixture(scope="module")
def pack() -> Pack:
    """Built before any loop runs: the builder loads its compiled parts from the disk."""
    return segment(f"{INVOICE[0].issued_on:%Y-%m}", [INVOICE])


async def answered(folder: Path, case: Case, pack: Pack) -> tuple[Check, Summary]:
    """A check on the kiosk of the case, and what its record number alone shows there."""
    clock = HandClock(NOW)
    shop, store = Shop(folder / "stick"), store_at(folder / "packs")
    if case.packs:
        await asyncio.to_thread(shop.publish, pack)
        await store.take(shop.source)
    clock.move(3600 * case.hours)
    packs = PackVerifier(store, clock, PackClock(clock), NothingKept())
    async with opened(folder / "kiosk", clock=clock) as database:
        verification = Verification(
            ScriptedVerifier(clock, *case.server),
            database.checks,
            clock,
            CountedIds(),
            clock.sleep,
            fallback=Fallback(packs, lambda: True),
        )
        check = await verification.check(from_face(INVOICE[0]), Entry.SCAN)
        found = await RecordDesk(Records(database.checks), NOBODY_TELLS).find(check.record, None)
    assert isinstance(found, Summary)
    return check, found


def printed(check: Check, clock: Clock) -> str:
    """The code on the slip, read off narrow paper."""
    chinese, english = (TEXTS.translator(language) for language in LANGUAGES)
    writer = SlipWriter(CentreSection, clock, chinese, english, codes(clock))
    return scanned(writer.write(check), Profile(columns=32))


def words(notice: Notice, wording: Wording) -> str:
    phrases = [notice.title, *notice.lines]
    return "\n".join(phrase.text(wording) for phrase in phrases)


async def proved(folder: Path, code: str, clock: Clock) -> SignedSlip:
    """What another kiosk finds, which has the list and none of the records."""
    await asyncio.to_thread(folder.mkdir)
    await asyncio.to_thread(stocked, folder, LISTED_AT)
    async with opened(folder) as database:
        return await SignedSlipDesk(TrustStore(folder), Records(database.checks), clock).find(code)


def assert_honest(text: str, case: Case) -> None:
    """Normal without a moment is for an answer of the registry only."""
    if case.told.source is Source.PACK:
        assert [plain for plain in PLAIN if plain in text] == []


@each_case
async def test_another_kiosk_says_of_a_slip_what_its_paper_does(
    tmp_path: Path, pack: Pack, name: str
) -> None:
    case = CASES[name]
    check, _ = await answered(tmp_path, case, pack)
    clock = HandClock(NOW + timedelta(hours=case.hours))
    code = await asyncio.to_thread(printed, check, clock)
    slip = await proved(tmp_path / "other", code, clock)
    assert slip.check is None
    assert slip.says is not None
    assert slip.says.told == case.told
    for wording, parts in zip(WORDINGS, case.said, strict=True):
        notice = slip_notice(slip, wording)
        text = words(notice, wording)
        assert notice.tone is Tone.PAST
        assert [part for part in parts if part not in text] == []
        assert_honest(text, case)


@each_case
async def test_a_record_number_alone_says_so_too(tmp_path: Path, pack: Pack, name: str) -> None:
    case = CASES[name]
    _, found = await answered(tmp_path, case, pack)
    assert found.told == case.told
    for wording, part in zip(WORDINGS, case.here, strict=True):
        notice = summary(found, wording)
        text = words(notice, wording)
        assert notice.tone is Tone.PAST
        assert part in text
        assert_honest(text, case)


@each_case
def test_the_command_line_says_so_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pack: Pack, name: str
) -> None:
    case = CASES[name]
    shell = Shell(tmp_path / "elsewhere", capsys)
    shell.enrolled()
    check, _ = asyncio.run(answered(tmp_path, case, pack))
    code = codes(HandClock(THIS_DAY)).of(check).text
    for language, parts in zip(LANGUAGES, case.said, strict=True):
        status, out, err = shell.run("check", code, language=language)
        assert (status, err) == (0, "")
        assert [part for part in parts if part not in out] == []
        assert_honest(out, case)
    status, answer = shell.answer(code)
    as_of = case.told.as_of and case.told.as_of.replace(microsecond=0).isoformat()
    assert status == 0
    assert (answer["slip"]["source"], answer["slip"]["as_of"], answer["slip"]["outdated"]) == (
        case.told.source and case.told.source.value,
        as_of,
        case.told.outdated,
    )


async def test_the_answer_that_comes_later_is_another_document(tmp_path: Path, pack: Pack) -> None:
    """Both papers are told apart, and each opens the record on its own kiosk."""
    case = CASES["live pack"]
    check, _ = await answered(tmp_path, case, pack)
    clock = HandClock(NOW + timedelta(hours=3))
    first = codes(clock).of(check).text
    async with opened(tmp_path / "kiosk", clock=clock) as database:
        records = Records(database.checks)
        assert await database.checks.complete(check.op_id, SERVER, clock.now())
        second = codes(clock).of(await of_record(records, first, clock)).text
        assert await of_record(records, second, clock) == await of_record(records, first, clock)
    assert claims_of(first, clock).told == case.told
    assert claims_of(second, clock).told == SERVER.told
    assert claims_of(first, clock).document_id != claims_of(second, clock).document_id


def claims_of(code: str, clock: HandClock) -> SlipClaims:
    found = checked(code, clock.now(), held())
    assert found.worth is Worth.GOOD
    assert found.claims is not None
    return found.claims


async def of_record(records: Records, code: str, clock: HandClock) -> Check:
    check = await records.of_slip(claims_of(code, clock))
    assert check is not None
    return check
