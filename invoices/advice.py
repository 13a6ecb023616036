"""What to do next, for every outcome: codes whose sentences live in the catalogues.

Each sentence asks for something to do. Not found is never called fake; a mismatch points
at the likeliest slip of the hand; who is to be asked comes last.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from invoices.crc import CrcState
from invoices.kinds import AmountBasis, Field, Kind, rule_of
from invoices.verdict import Source, State, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST: Final = 3
"""A visitor reads no more sentences than this."""


class AdviceCode(StrEnum):
    """All advice; the sentence of each stands under `advice.<value>`."""

    COMPARE_FACE = "compare_face"
    KEEP_SLIP = "keep_slip"
    AMOUNT_NOT_CHECKED = "amount_not_checked"
    PACK_CHECKED_AGAIN = "pack_checked_again"
    PACK_OUTDATED = "pack_outdated"
    NEWER_THAN_PACK = "newer_than_pack"
    CLOCK_NOT_SURE = "clock_not_sure"
    WAIT_A_MINUTE = "wait_a_minute"
    VOIDED_DO_NOT_USE = "voided_do_not_use"
    ASK_ISSUER_NEW = "ask_issuer_new"
    RED_DO_NOT_USE = "red_do_not_use"
    RED_PARTIAL_REST_COUNTS = "red_partial_rest_counts"
    RED_FULL_DO_NOT_USE = "red_full_do_not_use"
    ASK_ISSUER_RED = "ask_issuer_red"
    CHECK_AMOUNT_NET = "check_amount_net"
    CHECK_AMOUNT_GROSS = "check_amount_gross"
    CHECK_CHECK_CODE = "check_check_code"
    CHECK_CHAIN_FIELDS = "check_chain_fields"
    CHECK_ENTRY = "check_entry"
    CHECK_DATE = "check_date"
    CHECK_NUMBER_AND_DATE = "check_number_and_date"
    CHECK_CODE_ON_PAPER = "check_code_on_paper"
    NOT_FOUND_IS_NOT_FAKE = "not_found_is_not_fake"
    ASK_ISSUER_OR_OFFICE = "ask_issuer_or_office"
    COME_BACK_TOMORROW = "come_back_tomorrow"
    ASK_COUNTER_OLD = "ask_counter_old"
    TRY_TOMORROW = "try_tomorrow"
    USE_EARLIER_SLIP = "use_earlier_slip"
    SCAN_OR_TYPE = "scan_or_type"
    ASK_STAFF = "ask_staff"
    OTHER_PLATFORM = "other_platform"
    REQUEST_KEPT = "request_kept"
    TRY_LATER = "try_later"
    RESCAN = "rescan"


class PackLimit(StrEnum):
    """What an offline pack could not do for an answer.

    `OUTDATED`: it had expired, so a normal state is only what it was then. `NEWER`: the invoice
    is newer than the pack. `CLOCK`: the kiosk does not know what day it is. `GUESSES`: there were
    so many wrong answers in the last minute that somebody may be guessing.
    """

    OUTDATED = "outdated"
    NEWER = "newer"
    CLOCK = "clock"
    GUESSES = "guesses"


_A: Final = AdviceCode
_BY_STATE: Final[Mapping[State, tuple[AdviceCode, ...]]] = MappingProxyType(
    {
        State.NORMAL: (_A.COMPARE_FACE, _A.KEEP_SLIP),
        State.VOIDED: (_A.VOIDED_DO_NOT_USE, _A.ASK_ISSUER_NEW, _A.KEEP_SLIP),
        State.RED: (_A.RED_DO_NOT_USE, _A.ASK_ISSUER_RED, _A.KEEP_SLIP),
        State.RED_PARTIAL: (_A.RED_PARTIAL_REST_COUNTS, _A.ASK_ISSUER_RED, _A.KEEP_SLIP),
        State.RED_FULL: (_A.RED_FULL_DO_NOT_USE, _A.ASK_ISSUER_NEW, _A.KEEP_SLIP),
    }
)
_BY_VERDICT: Final[Mapping[Verdict, tuple[AdviceCode, ...]]] = MappingProxyType(
    {
        Verdict.NOT_FOUND: (
            _A.CHECK_NUMBER_AND_DATE,
            _A.NOT_FOUND_IS_NOT_FAKE,
            _A.ASK_ISSUER_OR_OFFICE,
        ),
        Verdict.TOO_EARLY: (_A.COME_BACK_TOMORROW, _A.CHECK_DATE),
        Verdict.TOO_OLD: (_A.CHECK_DATE, _A.ASK_COUNTER_OLD),
        Verdict.DAILY_LIMIT: (_A.TRY_TOMORROW, _A.USE_EARLIER_SLIP),
        Verdict.BAD_INPUT: (_A.CHECK_ENTRY, _A.SCAN_OR_TYPE, _A.ASK_STAFF),
        Verdict.UNSUPPORTED: (_A.CHECK_CODE_ON_PAPER, _A.OTHER_PLATFORM, _A.ASK_STAFF),
        Verdict.UNAVAILABLE: (_A.REQUEST_KEPT, _A.TRY_LATER, _A.ASK_STAFF),
    }
)
_REJECTIONS: Final = frozenset({Verdict.MISMATCH, Verdict.NOT_FOUND})
_BY_LIMIT: Final[Mapping[PackLimit, tuple[AdviceCode, ...]]] = MappingProxyType(
    {
        PackLimit.NEWER: (_A.NEWER_THAN_PACK, _A.REQUEST_KEPT, _A.TRY_LATER),
        PackLimit.CLOCK: (_A.CLOCK_NOT_SURE, _A.REQUEST_KEPT, _A.ASK_STAFF),
        PackLimit.GUESSES: (_A.WAIT_A_MINUTE, _A.REQUEST_KEPT, _A.ASK_STAFF),
    }
)


def _of_match(
    state: State, source: Source | None, compared: Sequence[Field], limit: PackLimit | None
) -> tuple[AdviceCode, ...]:
    """A pack's match says first what it could not check, and speaks of no details: it has none."""
    told = _BY_STATE[state]
    if source is not Source.PACK:
        return told
    told = tuple(code for code in told if code is not _A.COMPARE_FACE)
    unchecked = Field.AMOUNT not in compared
    limits = _A.AMOUNT_NOT_CHECKED if unchecked else _A.PACK_CHECKED_AGAIN
    if state is not State.NORMAL:
        return (told[0], limits, *told[1:])
    outdated = (_A.PACK_OUTDATED,) if limit is PackLimit.OUTDATED else ()
    return (*outdated, limits, *told)


def _of_mismatch(kind: Kind | None) -> tuple[AdviceCode, ...]:
    """The field that goes wrong most for this kind, never the one that did."""
    rule = rule_of(kind or Kind.UNKNOWN)
    if kind is Kind.BLOCKCHAIN:
        first = _A.CHECK_CHAIN_FIELDS
    elif Field.CHECK_CODE in rule.fields:
        first = _A.CHECK_CHECK_CODE
    elif rule.basis is AmountBasis.UNKNOWN:
        first = _A.CHECK_ENTRY
    else:
        gross = rule.basis is AmountBasis.GROSS
        first = _A.CHECK_AMOUNT_GROSS if gross else _A.CHECK_AMOUNT_NET
    return first, _A.CHECK_NUMBER_AND_DATE, _A.ASK_ISSUER_OR_OFFICE


def advice_for(
    verdict: Verdict,
    state: State | None,
    *,
    kind: Kind | None = None,
    source: Source | None = None,
    compared: Sequence[Field] = (),
    crc: CrcState | None = None,
    limit: PackLimit | None = None,
) -> tuple[AdviceCode, ...]:
    """Two or three codes in the order to say them.

    `crc` is the check value of the scan, where there was one: when it does not fit and the
    answer is not a match, scanning again comes first. `limit` is what a pack could not do.
    """
    if verdict is Verdict.MATCH:
        codes = _of_match(state or State.NORMAL, source, compared, limit)
    elif verdict is Verdict.MISMATCH:
        codes = _of_mismatch(kind)
    elif verdict is Verdict.UNAVAILABLE and limit is not None and limit in _BY_LIMIT:
        codes = _BY_LIMIT[limit]
    else:
        codes = _BY_VERDICT[verdict]
    if source is Source.PACK and verdict in _REJECTIONS:
        codes = (*codes[: MOST - 1], _A.PACK_CHECKED_AGAIN)
    if crc is CrcState.MISMATCH and verdict is not Verdict.MATCH:
        codes = (_A.RESCAN, *codes)
    return codes[:MOST]
