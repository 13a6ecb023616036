"""All packs together: the date chooses the segment, the newest overlay has the last word."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from helpdesk.packs.digests import Row, records_from
from helpdesk.packs.overlays import build_overlay
from helpdesk.packs.segments import build_segment
from helpdesk.packs.settings import Moments, PackSettings
from helpdesk.packs.store import MemoryStore
from invoices import canonical
from invoices.claim import Claim, from_fields
from invoices.errors import InvoiceError
from invoices.kinds import Kind
from invoices.pack import Digester, Finding, Overlay, PackError, PackKey, PackSet, Segment
from invoices.pack.finding import StatusCode
from invoices.verdict import State
from tests.helpdesk.packs.synthetic import EXTRACT_KEY, KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

START = datetime(2026, 4, 1, tzinfo=UTC)
CODE = "011002100311"
OTHER_KEY = PackKey("main", 8, b"\x05" * 32)


def number(i: int) -> str:
    return f"{i:08d}"


def row(i: int, day: str, state: StatusCode = StatusCode.NORMAL) -> Row:
    """An electronic ordinary invoice, verified by its check code."""
    identity = canonical.identity(CODE, number(i))
    day_of = date.fromisoformat(day)
    return identity, canonical.body(Kind.E_ORDINARY, CODE, number(i), day_of, f"{i:06d}"), state


def segment(
    name: str, rows: Iterable[Row], as_of: datetime = START, key: PackKey = KEY, label: int = 16
) -> Segment:
    digester = Digester(key)
    out = io.BytesIO()
    settings = PackSettings(name, digester, Moments(as_of, as_of), label, extract_key=EXTRACT_KEY)
    build_segment(out, settings, MemoryStore(records_from(rows, digester)))
    return Segment.open(memoryview(out.getvalue()), [key])


def overlay(
    changes: Sequence[Row], as_of: datetime, since: datetime = START, key: PackKey = KEY
) -> Overlay:
    digester = Digester(key)
    out = io.BytesIO()
    name = f"ovr-{as_of.date().isoformat()}"
    (records,) = records_from(changes, digester)
    build_overlay(
        out,
        PackSettings(name, digester, Moments(as_of, as_of, since), extract_key=EXTRACT_KEY),
        records,
    )
    return Overlay.open(memoryview(out.getvalue()), [key])


def claim(i: int, day: str, check_code: str | None = None) -> Claim:
    check_code = f"{i:06d}" if check_code is None else check_code
    return from_fields(code=CODE, number=number(i), issued_on=day, check_code=check_code)


def march(label: int = 16) -> Segment:
    return segment(
        "2026-03", [row(1, "2026-03-05"), row(2, "2026-03-09", StatusCode.VOIDED)], label=label
    )


def april(as_of: datetime = START) -> Segment:
    return segment("2026-04", [row(3, "2026-04-01")], as_of)


def test_a_match_tells_state_segment_and_age() -> None:
    packs = PackSet([april(), march()])
    found = packs.look_up(claim(2, "2026-03-09"))
    assert (found.finding, found.state) == (Finding.MATCH, State.VOIDED)
    assert (found.segment, found.as_of) == ("2026-03", START)


def test_what_is_wrong_is_told_apart() -> None:
    packs = PackSet([march(), april()])
    assert packs.look_up(claim(1, "2026-03-05", "999999")).finding is Finding.MISMATCH
    assert packs.look_up(claim(1, "2026-03-06")).finding is Finding.MISMATCH
    assert packs.look_up(claim(77, "2026-03-06")).finding is Finding.NOT_FOUND
    assert packs.look_up(claim(77, "2026-03-06")).as_of == START


def test_a_real_invoice_under_another_month_is_a_mismatch() -> None:
    packs = PackSet([march(), april()])
    assert packs.look_up(claim(1, "2026-04-05")).finding is Finding.MISMATCH


def test_a_date_that_no_pack_covers_cannot_be_known() -> None:
    packs = PackSet([march()])
    for day in ("2026-02-28", "2026-04-01"):
        found = packs.look_up(claim(1, day))
        assert (found.finding, found.as_of) == (Finding.NOT_COVERED, None)


def test_days_months_and_late_files_lie_beside_each_other() -> None:
    packs = PackSet(
        [
            march(),
            segment("2026-03.1", [row(9, "2026-03-05")], START + timedelta(days=3)),
            segment("2026-04-02", [row(4, "2026-04-02")]),
        ]
    )
    assert packs.look_up(claim(9, "2026-03-05")).segment == "2026-03.1"
    assert packs.look_up(claim(1, "2026-03-05")).segment == "2026-03"
    assert packs.look_up(claim(4, "2026-04-02")).state is State.NORMAL
    assert packs.look_up(claim(4, "2026-04-03")).finding is Finding.NOT_COVERED


def test_the_newest_overlay_wins() -> None:
    day = timedelta(days=1)
    packs = PackSet(
        [march()],
        [
            overlay([row(1, "2026-03-05", StatusCode.RED_PARTIAL)], START + day),
            overlay([row(1, "2026-03-05", StatusCode.RED_FULL)], START + 2 * day),
        ],
    )
    found = packs.look_up(claim(1, "2026-03-05"))
    assert (found.state, found.as_of) == (State.RED_FULL, START + 2 * day)
    assert packs.look_up(claim(2, "2026-03-09")).state is State.VOIDED


def test_an_overlay_older_than_the_segment_is_silent() -> None:
    change = overlay([row(3, "2026-04-01", StatusCode.RED)], START + timedelta(days=1))
    packs = PackSet([april(START + timedelta(days=2))], [change])
    assert packs.look_up(claim(3, "2026-04-01")).state is State.NORMAL


def test_a_missing_overlay_ends_what_is_known() -> None:
    day = timedelta(days=1)
    first = overlay([row(1, "2026-03-05", StatusCode.RED)], START + day)
    third = overlay([row(8, "2026-03-05", StatusCode.RED)], START + 3 * day, START + 2 * day)
    found = PackSet([march()], [first, third]).look_up(claim(1, "2026-03-05"))
    assert (found.state, found.as_of) == (State.RED, START + day)


def test_a_withdrawn_invoice_is_not_there() -> None:
    gone = [row(1, "2026-03-05", StatusCode.WITHDRAWN)]
    packs = PackSet([march(), april()], [overlay(gone, START + timedelta(days=1))])
    for asked in (
        claim(1, "2026-03-05"),
        claim(1, "2026-03-05", "999999"),
        claim(1, "2026-04-05"),
    ):
        assert packs.look_up(asked).finding is Finding.NOT_FOUND


def test_an_overlay_of_another_epoch_is_asked_with_its_own_key() -> None:
    change = [row(1, "2026-03-05", StatusCode.RED)]
    packs = PackSet([march()], [overlay(change, START + timedelta(days=1), key=OTHER_KEY)])
    assert packs.look_up(claim(1, "2026-03-05")).state is State.RED


def test_an_overlay_of_another_region_is_not_asked() -> None:
    change = [row(1, "2026-03-05", StatusCode.RED)]
    key = PackKey("else", 7, KEY.secret)
    packs = PackSet([march()], [overlay(change, START + timedelta(days=1), key=key)])
    assert packs.look_up(claim(1, "2026-03-05")).state is State.NORMAL


def test_without_labels_a_rejection_says_only_that_nothing_matched() -> None:
    packs = PackSet([march(label=0), april()])
    assert packs.look_up(claim(77, "2026-03-06")).finding is Finding.UNMATCHED
    assert packs.look_up(claim(1, "2026-03-05", "999999")).finding is Finding.UNMATCHED
    assert packs.look_up(claim(3, "2026-03-06")).finding is Finding.MISMATCH


def test_a_typed_number_is_tried_under_each_kind_it_can_be() -> None:
    digits = "26117000000123456789"
    day = date(2026, 3, 5)
    body = canonical.body(Kind.RAIL, "", digits, day, "9159")
    packs = PackSet([segment("2026-03", [(canonical.identity("", digits), body, 0)])])
    typed = from_fields(number=digits, issued_on="2026-03-05", amount="91.59")
    assert len(typed.kinds) > 1
    assert packs.look_up(typed).state is State.NORMAL
    wrong = from_fields(number=digits, issued_on="2026-03-05", amount="91.58")
    assert packs.look_up(wrong).finding is Finding.MISMATCH


def test_a_claim_with_a_gap_is_refused() -> None:
    with pytest.raises(InvoiceError) as caught:
        PackSet([march()]).look_up(from_fields(code=CODE, number=number(1)))
    assert caught.value.code == "canonical.incomplete"


def test_the_same_file_twice_is_refused() -> None:
    with pytest.raises(PackError) as caught:
        PackSet([march(), march()])
    assert caught.value.code == "pack.duplicate"


def test_no_packs_know_nothing() -> None:
    assert PackSet([]).look_up(claim(1, "2026-03-05")).finding is Finding.NOT_COVERED
