"""The walk through one invoice's fields: which is asked, what is typed, where one came from."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as member
from datetime import date
from typing import Final

from invoices.claim import Claim
from invoices.entry import EntryState, Progress, next_field, progress
from invoices.errors import ClaimError
from invoices.kinds import Field, Kind
from invoices.money import format_fen

_DIGITS: Final = frozenset("0123456789")
_LETTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LONGEST: Final = {
    Field.CODE: 20,
    Field.NUMBER: 20,
    Field.ISSUED_ON: 10,
    Field.AMOUNT: 16,
    Field.CHECK_CODE: 20,
    Field.SELLER_TAX_ID: 20,
}


@dataclass(frozen=True, slots=True)
class Step:
    """A field that was answered: what was typed, and the claim before it."""

    field: Field
    text: str
    before: Claim


@dataclass(slots=True)
class EntryWalk:
    """Begins at the first open field of `claim`; `known` texts are offered in time."""

    claim: Claim
    known: Mapping[Field, str] = member(default_factory=dict)
    field: Field = Field.CODE
    text: str = ""
    fault: ClaimError | None = None
    past: list[Step] = member(default_factory=list)
    oldest: date | None = None
    """The first day of issue that a check goes back to; None without a limit."""

    def __post_init__(self) -> None:
        self._ask(next_field(self.claim) or Field.CODE)

    @property
    def spelled(self) -> bool:
        """Whether letters may occur, so that the keypad must have them."""
        chain = self.claim.kind is Kind.BLOCKCHAIN
        return self.field is Field.SELLER_TAX_ID or (chain and self.field is Field.CHECK_CODE)

    def progress(self, today: date) -> Progress:
        """How far the present field is."""
        return progress(self.field, self.text, self.claim, today, self.oldest)

    @property
    def last(self) -> bool:
        """Whether the present field is the last one to be asked."""
        return self.claim.missing == (self.field,)

    def type(self, text: str) -> bool:
        """Add what the field can hold of `text`; whether anything was added."""
        allowed = self._allowed()
        plain = unicodedata.normalize("NFKC", text[: _LONGEST[self.field]]).upper()
        added = "".join(sign for sign in plain if sign in allowed)
        before = self.text
        self.text = (self.text + added)[: _LONGEST[self.field]]
        self.fault = None
        return self.text != before

    def erase(self) -> None:
        """Take back the last character."""
        self.text, self.fault = self.text[:-1], None

    def clear(self) -> None:
        """Take back the whole field."""
        self.text, self.fault = "", None

    def go_on(self, today: date) -> Claim | None:
        """Answer the field: the claim once complete, `None` while there is more to ask."""
        if self.progress(today).state is not EntryState.COMPLETE:
            return None
        try:
            claim = self.claim.with_(self.field, self.text)
        except ClaimError as error:
            self.fault = error
            return None
        following = next_field(claim)
        if following is None:
            return claim
        self.past.append(Step(self.field, self.text, self.claim))
        self.claim = claim
        self._ask(following)
        return None

    def go_back(self) -> bool:
        """One field back, with what was typed there; `False` at the first one."""
        if not self.past:
            return False
        step = self.past.pop()
        self.claim, self.field, self.text, self.fault = step.before, step.field, step.text, None
        return True

    def _ask(self, field: Field) -> None:
        self.field, self.text, self.fault = field, self.known.get(field, ""), None

    def _allowed(self) -> frozenset[str]:
        if self.spelled:
            return _DIGITS | _LETTERS
        if self.field is Field.AMOUNT:
            return _DIGITS | {".", "-"}
        if self.field is Field.ISSUED_ON:
            return _DIGITS | {"-"}
        return _DIGITS


def typed_texts(claim: Claim) -> dict[Field, str]:
    """What a visitor would have typed to make this claim."""
    texts = {
        Field.CODE: claim.code or claim.number,
        Field.NUMBER: claim.number,
        Field.ISSUED_ON: claim.issued_on.isoformat() if claim.issued_on else "",
        Field.AMOUNT: format_fen(claim.amount) if claim.amount is not None else "",
        Field.CHECK_CODE: claim.check_code or "",
        Field.SELLER_TAX_ID: claim.seller_tax_id or "",
    }
    return {field: text for field, text in texts.items() if text}
