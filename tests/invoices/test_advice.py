from __future__ import annotations

from itertools import product

import pytest

from invoices.advice import MOST, AdviceCode, PackLimit, advice_for
from invoices.crc import CrcState
from invoices.kinds import Field, Kind, rule_of
from invoices.verdict import Source, State, Verdict

SITUATIONS = [
    (verdict, state, kind, source, compared, crc, limit)
    for verdict, state, kind, source, compared, crc, limit in product(
        Verdict,
        (None, *State),
        (None, *Kind),
        (None, *Source),
        ((), (Field.CHECK_CODE,), (Field.AMOUNT,)),
        (None, *CrcState),
        (None, *PackLimit),
    )
]


def told(
    verdict: Verdict,
    state: State | None,
    kind: Kind | None,
    source: Source | None,
    compared: tuple[Field, ...],
    crc: CrcState | None,
    limit: PackLimit | None,
) -> tuple[AdviceCode, ...]:
    return advice_for(
        verdict, state, kind=kind, source=source, compared=compared, crc=crc, limit=limit
    )


def test_two_or_three_different_sentences_in_every_situation() -> None:
    for situation in SITUATIONS:
        codes = told(*situation)
        assert 2 <= len(codes) <= MOST
        assert len(set(codes)) == len(codes)


def test_every_sentence_is_said_somewhere() -> None:
    said = {code for situation in SITUATIONS for code in told(*situation)}
    assert said == set(AdviceCode)


def test_not_found_is_never_called_fake() -> None:
    codes = advice_for(Verdict.NOT_FOUND, None)
    assert codes == (
        AdviceCode.CHECK_NUMBER_AND_DATE,
        AdviceCode.NOT_FOUND_IS_NOT_FAKE,
        AdviceCode.ASK_ISSUER_OR_OFFICE,
    )


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Kind.SPECIAL, AdviceCode.CHECK_AMOUNT_NET),
        (Kind.DIGITAL_SPECIAL, AdviceCode.CHECK_AMOUNT_GROSS),
        (Kind.USED_CAR, AdviceCode.CHECK_AMOUNT_GROSS),
        (Kind.E_ORDINARY, AdviceCode.CHECK_CHECK_CODE),
        (Kind.BLOCKCHAIN, AdviceCode.CHECK_CHAIN_FIELDS),
        (None, AdviceCode.CHECK_ENTRY),
    ],
)
def test_a_mismatch_points_at_what_goes_wrong_most(kind: Kind | None, code: AdviceCode) -> None:
    assert advice_for(Verdict.MISMATCH, None, kind=kind)[0] is code


def test_a_mismatch_says_the_same_whichever_field_differs() -> None:
    fields = rule_of(Kind.SPECIAL).fields
    said = {
        advice_for(Verdict.MISMATCH, None, kind=Kind.SPECIAL, compared=(field,)) for field in fields
    }
    assert len(said) == 1


def test_a_match_from_a_pack_says_that_the_amount_was_not_checked() -> None:
    codes = advice_for(
        Verdict.MATCH,
        State.NORMAL,
        kind=Kind.E_ORDINARY,
        source=Source.PACK,
        compared=rule_of(Kind.E_ORDINARY).fields,
    )
    assert codes[0] is AdviceCode.AMOUNT_NOT_CHECKED
    live = advice_for(Verdict.MATCH, State.NORMAL, kind=Kind.E_ORDINARY, source=Source.REGISTRY)
    assert AdviceCode.AMOUNT_NOT_CHECKED not in live


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (State.VOIDED, AdviceCode.VOIDED_DO_NOT_USE),
        (State.RED, AdviceCode.RED_DO_NOT_USE),
        (State.RED_PARTIAL, AdviceCode.RED_PARTIAL_REST_COUNTS),
        (State.RED_FULL, AdviceCode.RED_FULL_DO_NOT_USE),
    ],
)
def test_an_invoice_out_of_force_is_said_first_from_every_source(
    state: State, code: AdviceCode
) -> None:
    for source in Source:
        assert advice_for(Verdict.MATCH, state, source=source)[0] is code


def test_a_code_that_does_not_fit_is_scanned_again_unless_it_matched() -> None:
    for verdict in Verdict:
        codes = advice_for(verdict, State.NORMAL, crc=CrcState.MISMATCH)
        assert (codes[0] is AdviceCode.RESCAN) == (verdict is not Verdict.MATCH)
        assert AdviceCode.RESCAN not in advice_for(verdict, State.NORMAL, crc=CrcState.ABSENT)


def test_an_expired_pack_says_first_that_normal_was_then() -> None:
    codes = advice_for(
        Verdict.MATCH, State.NORMAL, source=Source.PACK, limit=PackLimit.OUTDATED, compared=()
    )
    assert codes[:2] == (AdviceCode.PACK_OUTDATED, AdviceCode.AMOUNT_NOT_CHECKED)
    voided = advice_for(
        Verdict.MATCH, State.VOIDED, source=Source.PACK, limit=PackLimit.OUTDATED, compared=()
    )
    assert AdviceCode.PACK_OUTDATED not in voided


@pytest.mark.parametrize("verdict", [Verdict.MISMATCH, Verdict.NOT_FOUND])
def test_a_rejection_by_a_pack_is_checked_again(verdict: Verdict) -> None:
    assert advice_for(verdict, None, source=Source.PACK)[-1] is AdviceCode.PACK_CHECKED_AGAIN
    assert AdviceCode.PACK_CHECKED_AGAIN not in advice_for(verdict, None, source=Source.REGISTRY)


@pytest.mark.parametrize("limit", [None, PackLimit.OUTDATED])
def test_a_pack_that_has_no_details_asks_nobody_to_compare_them(limit: PackLimit | None) -> None:
    codes = advice_for(Verdict.MATCH, State.NORMAL, source=Source.PACK, limit=limit)
    assert AdviceCode.COMPARE_FACE not in codes
    assert len(codes) >= 2
    assert AdviceCode.COMPARE_FACE in advice_for(Verdict.MATCH, State.NORMAL)
