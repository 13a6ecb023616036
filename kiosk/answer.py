"""A check as `kiosk verify --json` and the control socket tell it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from invoices.advice import AdviceCode, advice_for
from invoices.outcome import Outcome
from invoices.verdict import Verdict

if TYPE_CHECKING:
    from invoices.check import Check
    from kiosk.i18n import Translate


def answer_of(check: Check, text: Translate) -> dict[str, Any]:
    """The answer to one payload."""
    return form_of(check.outcome, check.record, text)


def unread_answer(text: Translate) -> dict[str, Any]:
    """The answer to a payload that names no invoice: there is nothing to keep."""
    return form_of(_bare(Verdict.BAD_INPUT), None, text)


def offline_answer(text: Translate) -> dict[str, Any]:
    """The answer of a kiosk that has no data of its own to look into; nothing is kept."""
    outcome = _bare(Verdict.UNAVAILABLE)
    true = tuple(code for code in outcome.advice if code is not AdviceCode.REQUEST_KEPT)
    return form_of(replace(outcome, advice=true), None, text)


def form_of(outcome: Outcome, record: str | None, text: Translate) -> dict[str, Any]:
    """The answer's JSON object."""
    return {
        "verdict": outcome.verdict.value,
        "state": outcome.state and outcome.state.value,
        "source": outcome.source and outcome.source.value,
        "as_of": outcome.as_of and outcome.as_of.isoformat(),
        "compared": [field.value for field in outcome.compared],
        "advice": [{"code": code, "text": text(f"advice.{code}")} for code in outcome.advice],
        "record": record,
    }


def _bare(verdict: Verdict) -> Outcome:
    return Outcome(verdict, None, None, None, (), advice_for(verdict, None), None)
