from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from datetime import date
from random import Random

import pytest

from helpdesk.demo_data.issuer import FEWEST, Issuer
from helpdesk.demo_data.schedule import PAPER
from helpdesk.errors import HelpdeskError
from helpdesk.registry.columns import Entry
from invoices import qr
from invoices.claim import from_face
from invoices.codes import kinds_of, region_of
from invoices.comparison import compare
from invoices.credit_code import is_valid
from invoices.dates import years_before
from invoices.kinds import Kind
from invoices.qr_writer import write_face
from invoices.verdict import State

AS_OF = date(2026, 11, 24)
NORMAL_RATES = {1300, 900, 600, 300, 100, 0}


def issue(count: int, seed: str = "7", as_of: date = AS_OF) -> list[Entry]:
    return list(Issuer(count, as_of, Random(seed)).entries())


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return issue(4_000)


def test_the_same_arguments_issue_the_same_entries() -> None:
    assert issue(300) == issue(300)
    assert issue(300) != issue(300, seed="8")


@pytest.mark.parametrize("count", [FEWEST, 101, 500])
@pytest.mark.parametrize("as_of", [AS_OF, date(2028, 2, 29), date(2027, 1, 1)])
def test_a_small_registry_has_every_kind_state_and_region(count: int, as_of: date) -> None:
    entries = issue(count, as_of=as_of)

    assert len(entries) == count
    assert {entry.face.kind for entry in entries} == set(Kind) - {Kind.UNKNOWN}
    assert {entry.state for entry in entries} == set(State)
    assert len({region_of(e.face.code, e.face.number) for e in entries}) >= 30
    days = [entry.face.issued_on for entry in entries]
    assert max(days) == as_of
    assert sum(day < years_before(as_of, 5) for day in days) >= 3


def test_fewer_are_refused() -> None:
    with pytest.raises(HelpdeskError) as raised:
        Issuer(FEWEST - 1, AS_OF, Random("1"))

    assert raised.value.code == "demo_data.few"


def test_net_and_tax_make_the_total_on_every_row(entries: list[Entry]) -> None:
    assert all(e.face.net + e.face.tax == e.face.total for e in entries)


def test_rates_are_real_and_rounding_comes_from_gross_as_well_as_from_net(
    entries: list[Entry],
) -> None:
    habits: Counter[tuple[bool, bool]] = Counter()
    for face in (e.face for e in entries if e.face.net > 100_000):
        rate = min(NORMAL_RATES, key=lambda r: abs(face.net * r - face.tax * 10_000))
        assert abs(face.net * rate - face.tax * 10_000) <= 30_000
        net_way = (face.net * rate + 5_000) // 10_000
        gross_way = face.total - (20_000 * face.total + 10_000 + rate) // (2 * (10_000 + rate))
        habits[face.tax == net_way, face.tax == gross_way] += 1
    # What is rounded from net fits both ways; from gross not always; lines need fit neither.
    assert habits[True, True]
    assert habits[False, True]
    assert habits[False, False]


def test_every_number_is_given_out_once_and_rolls_are_consecutive(entries: list[Entry]) -> None:
    rolls: dict[tuple[str, str, Kind], list[int]] = defaultdict(list)
    for face in (entry.face for entry in entries):
        stem = face.code or face.number[:5]
        rolls[stem, face.seller_tax_id, face.kind].append(int(face.number[-15:]))
    identities = {(entry.face.code, entry.face.number) for entry in entries}
    assert len(identities) == len(entries)
    steps = Counter(
        later - earlier
        for numbers in rolls.values()
        for earlier, later in itertools.pairwise(numbers)
    )
    assert steps[1] / steps.total() > 0.9


def test_codes_say_the_kind_and_qr_texts_read_back(entries: list[Entry]) -> None:
    for face in (entry.face for entry in entries):
        read = qr.read(write_face(face))
        assert face.kind in kinds_of(face.code, face.number, read.qr_kind)
        assert compare(from_face(face), face).equal


def test_tax_ids_are_valid_and_companies_plainly_invented(entries: list[Entry]) -> None:
    for face in (entry.face for entry in entries):
        assert is_valid(face.seller_tax_id)
        assert face.seller_name.startswith("示例")
        assert face.buyer_name == "个人" or face.buyer_name.startswith("示例")


def test_only_paper_is_voided(entries: list[Entry]) -> None:
    voided = {entry.face.kind for entry in entries if entry.state is State.VOIDED}

    assert voided
    assert voided <= PAPER


def test_each_reversed_invoice_has_its_red_one_and_the_other_way_round(
    entries: list[Entry],
) -> None:
    by_identity = {(e.face.code, e.face.number): e for e in entries}
    reds = [entry for entry in entries if entry.face.original_number]
    blues = [e for e in entries if e.state in (State.RED, State.RED_PARTIAL, State.RED_FULL)]
    originals = [by_identity[red.face.original_code, red.face.original_number] for red in reds]

    assert Counter(id(e) for e in originals) == Counter(id(e) for e in blues)
    for red, blue in zip(reds, originals, strict=True):
        assert red.state is State.NORMAL
        assert red.face.total < 0
        assert blue.face.issued_on < red.face.issued_on < AS_OF
        whole = red.face.total == -blue.face.total
        assert whole == (blue.state is not State.RED_PARTIAL)
