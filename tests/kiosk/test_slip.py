from __future__ import annotations

from dataclasses import replace

import pytest

from helpdesk.wire.slip_code import signed_claims, unsigned_claims
from helpdesk.wire.slip_document import document_id
from invoices.advice import PackLimit, advice_for
from invoices.check import Check
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict
from kiosk.config import CentreSection
from kiosk.i18n import Catalogues
from kiosk.slip import SlipWriter
from kiosk.slip_form import dump, load
from printers.document import Document, Pair, Qr, Text
from printers.encode import encode
from printers.layout import Line, lay_out
from printers.profile import Profile
from tests.helpdesk.wire.world import KIOSK, listed
from tests.kiosk.stand_ins import CANARY_NAME, CANARY_NUMBER, NOW, HandClock, bare, claim, matched
from tests.kiosk.trust.slips import codes, unsigned

RECORD, TOKEN = "A03-261124-0127", "ABCDEFGHIJKLMNOPQRST"


def slip(outcome: Outcome, leading: str = "zh_CN", *, signed: bool = True) -> Document:
    catalogues, clock = Catalogues(), HandClock()
    other = "en" if leading == "zh_CN" else "zh_CN"
    writer = SlipWriter(
        lambda: CentreSection(name="北京市示例区税务服务中心", hotline="12366", hours="9:00–17:00"),
        clock,
        catalogues.translator(leading),
        catalogues.translator(other),
        codes(clock) if signed else unsigned(clock),
    )
    return writer.write(Check("op", RECORD, TOKEN, claim(), outcome, NOW))


def words(document: Document) -> str:
    said = []
    for block in document.blocks:
        if isinstance(block, Text):
            said.append(block.text)
        elif isinstance(block, Pair):
            said.append(f"{block.label} {block.value}")
    return "\n".join(said)


OUTCOMES = [
    *(matched(state) for state in State),
    *(bare(verdict) for verdict in Verdict if verdict is not Verdict.MATCH),
]


def test_a_slip_says_verdict_state_when_source_and_what_to_do() -> None:
    said = words(slip(matched(State.VOIDED)))
    for part in (
        "查验小票",
        "北京市示例区税务服务中心",
        "一致，发票已作废",
        "Match, voided",
        "发票号码 ****1234",
        "开票日期 2026-11-03",
        "数据来源 税务登记库，截至 2026-11-24 10:25",
        "已核对 发票代码、发票号码、开票日期、校验码",
        "查验时间 2026-11-24 10:25:07",
        f"记录编号 {RECORD}",
        "请联系开票方，要求重新开具。",
        "热线 12366　9:00–17:00",
    ):
        assert part in said


def test_without_an_answer_the_slip_says_so() -> None:
    assert "数据来源 未能联网查询" in words(slip(bare(Verdict.UNAVAILABLE)))
    assert "数据来源 按查验规则判断" in words(slip(bare(Verdict.TOO_EARLY)))


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("leading", ["zh_CN", "en"])
def test_no_slip_tells_more_than_a_finder_may_know(outcome: Outcome, leading: str) -> None:
    said = words(slip(outcome, leading))
    for secret in (CANARY_NUMBER, CANARY_NAME, "011002600111", "479666", "91.59", "103.50", TOKEN):
        assert secret not in said
    assert "91110108MA01G0FB09" not in said


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("columns", [32, 48])
def test_every_slip_fits_the_paper_in_the_printers_own_font(outcome: Outcome, columns: int) -> None:
    document = slip(outcome)
    assert len(lay_out(document, columns)) < 60
    # Without a font a line beyond the printer's own would come out as placeholders.
    assert "〓".encode("gb18030") not in encode(document, Profile(columns=columns), None)


def code_of(document: Document) -> str:
    (code,) = [block for block in document.blocks if isinstance(block, Qr)]
    return code.data


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_code_proves_what_the_slip_says_and_opens_its_record(outcome: Outcome) -> None:
    said = signed_claims(code_of(slip(outcome)), listed())
    assert said.record == RECORD
    assert said.document_id == document_id(RECORD, TOKEN, outcome.told)
    assert said.told == outcome.told


def test_a_signed_slip_names_its_key_and_its_end() -> None:
    assert f"签名 {KIOSK.key.kid.hex()}，2027-05-23 前可核对" in words(slip(matched()))


def test_a_slip_that_nobody_signed_says_so_in_both_languages() -> None:
    document = slip(matched(), signed=False)
    said = words(document)
    assert "未签名" in said
    assert "Unsigned" in said
    assert "前可核对" not in said
    assert unsigned_claims(code_of(document)).record == RECORD


def test_a_copy_is_marked_and_otherwise_the_same() -> None:
    document = slip(matched())
    copy = document.as_reprint()
    assert isinstance(copy.blocks[0], Text)
    assert copy.blocks[0].text == "【补打】"
    assert copy.blocks[1:] == document.blocks


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_kept_slip_comes_back_as_it_was(outcome: Outcome) -> None:
    document = slip(outcome)
    assert load(dump(document)) == document
    assert load(dump(document.as_reprint())) == document.as_reprint()


def test_an_erased_claim_leaves_a_slip_without_number() -> None:
    catalogues = Catalogues()
    text = catalogues.translator("zh_CN")
    check = replace(Check("op", RECORD, TOKEN, claim(), matched(), NOW), claim=None)
    clock = HandClock()
    said = words(SlipWriter(CentreSection, clock, text, text, codes(clock)).write(check))
    assert "****" not in said
    assert RECORD in said


def of_pack(limit: PackLimit | None) -> Outcome:
    outcome = matched()
    advice = advice_for(
        Verdict.MATCH, State.NORMAL, source=Source.PACK, compared=outcome.compared, limit=limit
    )
    return replace(outcome, source=Source.PACK, details=None, advice=advice)


def test_an_answer_of_a_pack_says_of_when_it_is() -> None:
    said = words(slip(of_pack(None)))
    assert "一致，发票正常" in said
    assert "本机数据，截至 2026-11-24 10:25" in said


@pytest.mark.parametrize(
    ("language", "headline"),
    [
        ("zh_CN", "一致，截至 2026-11-24 10:25 正常"),
        ("en", "Match: valid as of 2026-11-24 10:25"),
    ],
)
def test_an_expired_pack_never_says_a_plain_normal(language: str, headline: str) -> None:
    said = words(slip(of_pack(PackLimit.OUTDATED), language))
    assert "".join(said.split()).count("".join(headline.split())) == 1
    for plain in ("一致，发票正常", "Match, valid"):
        assert plain not in said


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("columns", [32, 48])
def test_no_headline_is_cut_inside_a_word(outcome: Outcome, columns: int) -> None:
    rows = [row for row in lay_out(slip(outcome), columns) if isinstance(row, Line)]
    large = [row.text.strip() for row in rows if row.size == 2]
    texts = [block.text for block in slip(outcome).blocks if isinstance(block, Text)]
    assert [line for line in large if line not in texts] == []


def test_a_long_headline_parts_where_a_reader_pauses() -> None:
    full = [block.text for block in slip(matched(State.RED_FULL)).blocks if isinstance(block, Text)]
    assert full[full.index("一致，") + 1] == "发票全额红冲"
    red = [block.text for block in slip(matched(State.RED)).blocks if isinstance(block, Text)]
    assert red[red.index("一致，发票已红冲") + 1] == "（范围未知）"


def test_paper_speaks_of_no_details_that_it_does_not_show() -> None:
    said = words(slip(matched()))
    assert "屏幕" not in said
    assert "核对过的只有上面“已核对”的各项" in "".join(said.split())
    assert "请对照" not in words(slip(of_pack(None))).replace("请自行对照", "")
