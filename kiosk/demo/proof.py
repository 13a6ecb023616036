"""A printed code checked as any other machine would: by the trust list alone, without a server."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from kiosk.demo.errors import DemoError
from kiosk.trust.slip_check import SlipChecker, SlipFinding, Worth
from kiosk.trust.store import TrustStore

_UNSIGNED = "slip.unsigned"


def prove(code: str, record: str, data: Path) -> SlipFinding:
    """What the code is worth by the list in a kiosk's data folder.

    Raises:
        DemoError: `demo.difference` where it is of another record, or does not hold although
            its kiosk has a key.
    """
    held = TrustStore(data).held()
    found = SlipChecker(held, datetime.now(UTC)).check(code)
    if found.claims is None or found.claims.record != record:
        raise DemoError("demo.difference", wanted=record)
    if found.worth is not Worth.GOOD and not (held is None and found.fault == _UNSIGNED):
        raise DemoError("demo.difference", wanted=found.fault or record)
    return found
