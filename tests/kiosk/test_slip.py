from __future__ import annotations

from dataclasses import replace

import pytest

from invoices.check import Check
from invoices.outcome import Outcome
from invoices.record import read_record_code
from invoices.verdict import State, Verdict
from kiosk.config import CentreSection
from kiosk.i18n import Catalogues
from kiosk.slip import SlipWriter
from kiosk.slip_form import dump, load
from printers.document import Document, Pair, Qr, Text
from printers.encode import encode
from printers.layout import lay_out
from printers.profile import Profile
from tests.kiosk.stand_ins import CANARY_NAME, CANARY_NUMBER, NOW, HandClock, bare, claim, matched

RECORD, TOKEN = "A03-261124-0127", "ABCDEFGHIJKLMNOPQRST"


def slip(outcome: Outcome, leading: str = "zh_CN") -> Document:
    catalogues = Catalogues()
    other = "en" if leading == "zh_CN" else "zh_CN"
    writer = SlipWriter(
        CentreSection(name="北京市示例区税务服务中心", hotline="12366", hours="9:00–17:00"),
        HandClock(),
        catalogues.translator(leading),
        catalogues.translator(other),
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
        "查验凭条",
        "北京市示例区税务服务中心",
        "一致，发票已作废",
        "Match, Voided",
        "发票号码 ****1234",
        "开票日期 2026-11-03",
        "数据来源 税务登记库（实时）",
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


def test_the_code_opens_the_record() -> None:
    (code,) = [block for block in slip(matched()).blocks if isinstance(block, Qr)]
    assert read_record_code(code.data) == (RECORD, TOKEN)


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
    said = words(SlipWriter(CentreSection(), HandClock(), text, text).write(check))
    assert "****" not in said
    assert RECORD in said
