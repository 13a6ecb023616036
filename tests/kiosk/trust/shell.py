"""One kiosk's command line on the machine's own clock, and slips and lists of today."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from helpdesk.wire.slip_claims import SlipClaims
from helpdesk.wire.trust_list import TrustList
from kiosk.cli.app import run
from kiosk.trust.store import TrustStore
from tests.helpdesk.wire.world import ROOT, bundle, certificate, claims, listed, trusted

DAY = timedelta(days=1)
TODAY = datetime.now(UTC).replace(microsecond=0)


def said(**changes: Any) -> SlipClaims:
    times = {"issued_at": TODAY - DAY, "expires": TODAY + 30 * DAY, "registry": TODAY - DAY}
    return claims(**{**times, **changes})


def told(version: int = 7, **changes: Any) -> TrustList:
    key = trusted(not_before=TODAY - 99 * DAY, not_after=TODAY + 99 * DAY)
    times = {"issued_at": TODAY - 9 * DAY, "expires": TODAY + 20 * DAY, **changes}
    return listed(key, version=version, **times)


def sealed(content: TrustList) -> bytes:
    own = certificate(not_before=TODAY - 40 * DAY, not_after=TODAY + 99 * DAY)
    return bundle(content, own)


class Shell:
    """One kiosk's command line, in English."""

    def __init__(self, folder: Path, output: pytest.CaptureFixture[str]) -> None:
        self.data = folder / "data/kiosk"
        self.data.mkdir(parents=True)
        self._config = folder / "config.toml"
        self._config.write_text("[centre]\nname = '税务服务中心'\n", encoding="utf-8")
        self._output = output

    def run(self, *arguments: str, language: str = "en") -> tuple[int, str, str]:
        environ = {"LANG": language}
        status = run(["slip", *arguments, "--config", str(self._config)], environ)
        out, err = self._output.readouterr()
        return status, out, err

    def answer(self, *codes: str) -> tuple[int, Any]:
        status, out, err = self.run("check", "--json", *codes)
        assert err == ""
        return status, json.loads(out)

    def enrolled(self, content: TrustList | None = None) -> None:
        """As an enrolment leaves it; an old list gets there by getting old."""
        content = content or told()
        store = TrustStore(self.data)
        store.pin([ROOT.key.public])
        store.accept(sealed(content), (), content.issued_at)
