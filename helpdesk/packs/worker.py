"""The building process: `python -m helpdesk.packs.worker`, jobs in, files out.

A process of its own, so that the server's loop never waits for a build, and numpy and numba are
loaded only while there is something to do. It opens the key ring itself: no secret goes through
the pipe. Its input begins with where that is; jobs follow, each with its rows. It answers the
beginning and each job with one line.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import cbor2

from helpdesk.config import PacksSection
from helpdesk.errors import HelpdeskError
from helpdesk.packs.errors import PacksError
from helpdesk.packs.job import LENGTH_BYTES, LONGEST, Job

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk.packs.press import Press


def main() -> int:
    """Work until the input ends; the exit status."""
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    # What a library prints must not look like an answer.
    sys.stdout = sys.stderr
    try:
        press = _press(json.loads(_message(given) or b"{}"))
    except HelpdeskError as error:
        _answer(answers, _refusal(error))
        return 1
    _answer(answers, {"ready": True})
    while (message := _message(given)) is not None:
        _answer(answers, _done(press, Job.load(message), _rows(given)))
    return 0


def _press(form: dict[str, Any]) -> Press:
    try:
        # Its libraries are an extra that a server without packs does without.
        from helpdesk.packs.press import Press
    except ImportError as error:
        raise PacksError("packs.extra") from error
    return Press.open(Path(form["keys"]), PacksSection(**form["dials"]))


def _done(press: Press, job: Job, rows: Iterator[list[Any]]) -> dict[str, Any]:
    try:
        made = press.make(job, rows)
    except HelpdeskError as error:
        for _ in rows:
            pass  # the next job begins behind them
        return _refusal(error)
    return {"made": asdict(made)}


def _rows(given: BinaryIO) -> Iterator[list[Any]]:
    while message := _message(given):
        yield from cbor2.loads(message)


def _message(given: BinaryIO) -> bytes | None:
    """The next message; None where the other side is gone."""
    head = given.read(LENGTH_BYTES)
    length = int.from_bytes(head, "big")
    if len(head) < LENGTH_BYTES or length > LONGEST:
        return None
    message = given.read(length)
    return message if len(message) == length else None


def _refusal(error: HelpdeskError) -> dict[str, Any]:
    return {"error": error.code, "params": dict(error.params)}


def _answer(answers: BinaryIO, form: dict[str, Any]) -> None:
    answers.write(json.dumps(form).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
