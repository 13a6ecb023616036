"""An answer in one line of text, for paper and for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from invoices.told import Told
    from kiosk.i18n import Translate


def headline(told: Told, translate: Translate, as_of: str, *, dated: bool) -> str:
    """Verdict and state; `dated`: what may have changed since is said to have been so then."""
    verdict = translate(f"verdict.{told.verdict}")
    if told.state is None:
        return verdict
    if dated:
        return translate("receipt.then_normal", verdict=verdict, as_of=as_of)
    state = translate(f"state.{told.state}")
    return translate("receipt.with_state", verdict=verdict, state=state)
