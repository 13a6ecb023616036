"""What somebody between kiosk and server may make of an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from kiosk.transport import Call, Fields, Reply

Answers = list[tuple[str, Reply]]

_FORGED = (
    (403, "kiosk.fenced"),
    (422, "journal.kind"),
    (410, "sync.must_refetch"),
    (401, "signature.key"),
    (409, "journal.fork"),
)


@dataclass
class Lies:
    """The liar of one link; `everybody` are the answers that all kiosks got, by who asked."""

    chance: Random
    kiosk: str
    everybody: dict[str, Answers]
    own: Answers = field(init=False)

    def __post_init__(self) -> None:
        self.own = self.everybody.setdefault(self.kiosk, [])

    def heard(self, call: Call, reply: Reply) -> None:
        self.own.append((call.path, reply))
        del self.own[:-40]

    def told(self, call: Call, reply: Reply) -> Reply:
        """Something else than `reply`."""
        ways: tuple[Callable[[Call, Reply], Reply], ...] = (
            *(self._altered, self._altered, self._altered),
            *(self._earlier, self._foreign, self._forged, self._portal),
        )
        return self.chance.choice(ways)(call, reply)

    def busy(self) -> Reply:
        """A proxy that has closed for the day."""
        wait = self.chance.choice(("1", "20", "86400"))
        return Reply(503, Fields({"Retry-After": wait}), b"closed")

    def _altered(self, call: Call, reply: Reply) -> Reply:
        try:
            form = json.loads(reply.body)
        except ValueError:
            return replace(reply, body=reply.body[:-1])
        if not isinstance(form, dict) or reply.status != 200:
            return replace(reply, status=200)
        self._alter(form)
        return replace(reply, body=json.dumps(form).encode())

    def _alter(self, form: dict[str, Any]) -> None:
        if "verdict" in form:
            form["verdict"], form["state"], form["invoice"] = "not_found", None, None
        if form.get("changes"):
            form["changes"] = form["changes"][:-1]
        elif "standing" in form:
            form["standing"] = "fenced"
        if form.get("verdicts"):
            form["verdicts"][-1] |= {"outcome": "refused", "reason": "journal.op_id"}

    def _earlier(self, call: Call, reply: Reply) -> Reply:
        return self._of(self.own, call) or self._portal(call, reply)

    def _foreign(self, call: Call, reply: Reply) -> Reply:
        others = [
            item for name, own in self.everybody.items() if name != self.kiosk for item in own
        ]
        return self._of(others, call) or self._portal(call, reply)

    def _of(self, answers: Answers, call: Call) -> Reply | None:
        fitting = [reply for path, reply in answers if path == call.path]
        return self.chance.choice(fitting) if fitting else None

    def _forged(self, call: Call, reply: Reply) -> Reply:
        status, code = self.chance.choice(_FORGED)
        return Reply(status, Fields(), json.dumps({"code": code, "status": status}).encode())

    def _portal(self, call: Call, reply: Reply) -> Reply:
        return Reply(200, Fields({"Content-Type": "text/html"}), b"<html>Welcome to free Wi-Fi")
