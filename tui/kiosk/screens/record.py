"""An earlier check, shown as one: what it said then, and what is known of the invoice now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.kiosk.record_facts import record_text
from tui.kiosk.result_answer import Answer, record_answer
from tui.kiosk.screens.result import ResultScreen

if TYPE_CHECKING:
    from invoices.check import Check
    from invoices.told import Told
    from tui.kiosk.desk import Desk
    from tui.kiosk.ports import SignedSlip
    from tui.kiosk.result_plan import ResultText


class RecordScreen(ResultScreen):
    """`present` is the invoice's state now, `None` where nobody could be asked.

    Prints its slip only when asked. `proof` is the signature, where a slip led here.
    """

    FRESH = False

    def __init__(
        self, desk: Desk, check: Check, present: Told | None, proof: SignedSlip | None = None
    ) -> None:
        super().__init__(desk, check)
        self.present = present
        self.proof = proof

    def answer(self) -> Answer:
        return record_answer(self.check, self.present, self.desk.wording)

    def text(self) -> ResultText:
        return record_text(self.check, self.present, self.proof, self.desk.wording)
