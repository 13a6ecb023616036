"""A record looked up again is shown as one: never as the state of now, and now beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from invoices.check import Check
from invoices.told import Told
from invoices.verdict import Source, State, Verdict
from tests.tui.kiosk.scenes import app_of, shows, until
from tests.tui.kiosk.test_results import words_on
from tests.tui.kiosk.test_signed_slips import CODE, GOOD, ProvingKiosk, ScriptedSlipProof
from tests.tui.kiosk.unseen import faults
from tests.tui.scripted_ports import NOW, SLIP_SCAN, Kiosk, ScriptedRecords, check_of
from tui.widgets.emblem import Emblem
from tui.widgets.facts import Facts

BEFORE = NOW - timedelta(days=31, hours=5)
OLD = check_of(Verdict.MATCH, State.NORMAL)
OLD = replace(OLD, at=BEFORE, outcome=replace(OLD.outcome, as_of=BEFORE))
VOIDED = Told(Verdict.MATCH, State.VOIDED, Source.REGISTRY, NOW)
NORMAL = Told(Verdict.MATCH, State.NORMAL, Source.REGISTRY, NOW)
SIZES = [(80, 24), (100, 30), (160, 50)]


async def shown(pilot: Pilot[None]) -> str:
    """The record page after its slip's or screen's code was scanned."""
    await until(pilot, lambda: app_of(pilot).ports is not None)
    app_of(pilot).receive_scan(SLIP_SCAN)
    await shows(pilot, "RecordScreen")
    return words_on(pilot)


def of(present: Told | None, check: Check = OLD) -> Kiosk:
    return Kiosk(records=ScriptedRecords(check, present))


@pytest.mark.parametrize("size", SIZES)
async def test_a_valid_record_of_a_voided_invoice_says_so_first(size: tuple[int, int]) -> None:
    async with of(VOIDED).app().run_test(size=size) as pilot:
        text = await shown(pilot)
        assert "这是 2026-10-24 05:24 的查验记录，不是现在的状态" in text
        assert "一致，发票正常。数据来源：税务登记库，截至 2026-10-24 05:24" in joined(text)
        assert "⚠ 一致，发票已作废。数据来源：税务登记库，截至 2026-11-24 10:24" in joined(text)
        assert "现在：⚠ 一致，发票已作废" in text
        assert "实时" not in text
        assert app_of(pilot).screen.query_one(Emblem).has_class("-warn")
        assert not app_of(pilot).screen.query(".-good")


@pytest.mark.parametrize("present", [None, NORMAL], ids=["unknown", "normal"])
async def test_no_record_wears_the_green_of_an_answer(present: Told | None) -> None:
    async with of(present).app().run_test(size=(80, 24)) as pilot:
        text = await shown(pilot)
        assert "不是现在的状态" in text
        assert app_of(pilot).screen.query_one(Emblem).has_class("-past")
        assert not app_of(pilot).screen.query(".-good")
        assert ("没有查到现在的状态" in joined(text)) is (present is None)
        assert ("✔ 一致，发票正常。" in joined(text)) is (present is not None)


async def test_a_record_of_today_names_the_hour_alone() -> None:
    check = check_of(Verdict.MATCH, State.NORMAL)
    async with of(NORMAL, check).app().run_test(size=(80, 24)) as pilot:
        assert "这是今天 10:24 的查验记录，不是现在的状态" in await shown(pilot)


async def test_our_own_slip_is_a_record_too() -> None:
    proof = ScriptedSlipProof(replace(GOOD, check=OLD))
    kiosk = ProvingKiosk(proof=proof, records=ScriptedRecords(present=VOIDED))
    async with kiosk.app().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app_of(pilot).ports is not None)
        app_of(pilot).receive_scan(CODE.encode())
        await shows(pilot, "RecordScreen")
        text = joined(words_on(pilot))
        assert "不是现在的状态" in text
        assert "⚠ 一致，发票已作废" in text
        (proofs,) = app_of(pilot).screen.query("#proof").results(Facts)
        assert "名单截至 2026-11-15" in proofs.facts[-1].value.plain


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("size", SIZES)
async def test_all_of_a_record_is_to_be_seen(size: tuple[int, int], language: str) -> None:
    pack = Told(Verdict.MATCH, State.NORMAL, Source.PACK, NOW, outdated=True)
    for present in (None, NORMAL, VOIDED, pack, Told(Verdict.MISMATCH, None, Source.PACK, NOW)):
        async with of(present).app(language).run_test(size=size) as pilot:
            await shown(pilot)
            assert faults(app_of(pilot).screen) == []


def joined(text: str) -> str:
    """Without line breaks and what fills the lines."""
    return "".join(line.strip() for line in text.splitlines())
