"""Codes of slips, trust lists, what they name, and the files both come in."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import base45

from helpdesk.wire import cose, slip_code, strict_cbor, trust_list
from helpdesk.wire.errors import WireError
from helpdesk.wire.revocation import Revocations
from helpdesk.wire.site import RecordAddress, Site
from helpdesk.wire.slip_claims import SignatureState, SlipType, VerdictCode
from helpdesk.wire.trust_file import TrustFile
from invoices.errors import RecordError
from kiosk.trust.slip_check import SlipChecker, Worth
from kiosk.trust.store import FILE, TrustStore, TrustStoreError
from tests.fuzz.engine import Ending, Target
from tests.helpdesk.wire.world import (
    ISSUER,
    KIOSK,
    NOW,
    ROOT,
    SERVER,
    bundle,
    certificate,
    claims,
    listed,
    taken_back,
    trusted,
)
from tests.kiosk.trust.slips import held, stocked

LIST_PURPOSE = b"yanpiao/trust-list/1"
BASES: list[dict[str, Any]] = [
    {},
    {"pack": NOW},
    {"outdated": NOW},
    {"verdict": VerdictCode.UNAVAILABLE, "state": None, "registry": None},
]
"""What an answer can rest on: the registry, a pack, a pack whose time was over, nothing."""


def targets() -> Iterator[Target]:
    yield from _slips()
    yield from _addresses()
    yield from _lists()
    yield from _files()


def _slips() -> Iterator[Target]:
    checker = SlipChecker(held(), NOW)
    known = Revocations(listed(), {})
    missing, nobody = SignatureState.DEVICE_KEY_MISSING, "unenrolled/A03"
    unsigned = claims(signature=missing, invoice=None, issuer=nobody)
    kinds = [
        *(claims(**basis) for basis in BASES),
        claims(type=SlipType.TICKET, verdict=None, state=None, invoice=None, registry=None),
    ]
    codes = [*(slip_code.issue(told, KIOSK) for told in kinds), slip_code.issue(unsigned, None)]

    def text(data: bytes, _original: bytes) -> Ending:
        found = checker.check(data.decode("latin-1"))
        silent = found.claims is None or found.fault == "slip.unsigned"
        refused = found.worth is not Worth.GOOD and found.fault is not None and silent
        return Ending.REFUSED if refused else Ending.ACCEPTED

    def message(data: bytes, original: bytes) -> Ending:
        return text(b"FP1:" + base45.b45encode(data), original)

    def signed(data: bytes, _original: bytes) -> Ending:
        """A kiosk that signs whatever it likes: read in its one form all the same."""
        code = "FP1:" + base45.b45encode(cose.sign(KIOSK, data)).decode()
        told = slip_code.verify(code, listed(), known, NOW).claims
        return Ending.SOUND if told.to_cbor() == data else Ending.ACCEPTED

    messages = [base45.b45decode(code.removeprefix("FP1:")) for code in codes]
    payloads = [told.to_cbor() for told in kinds]
    yield Target("slip code", [code.encode() for code in codes], text, (), share=3)
    yield Target("slip code, its message", messages, message, (), "cbor", share=3)
    yield Target("slip code, signed all the same", payloads, signed, (WireError,), "cbor", share=2)


def _addresses() -> Iterator[Target]:
    """What stands in a QR code or in a phone's request: of no other host, in one spelling."""
    site, other = Site.parse("https://yp.gov.cn"), Site.parse("https://yq.gov.cn")
    checker = SlipChecker(held(), NOW)
    record = site.record_address("A03-261124-0127", "ABCDEFGHIJKLMNOPQRST")
    slips = [site.slip_address(slip_code.issue(claims(**basis), KIOSK)) for basis in BASES]

    def address(data: bytes, _original: bytes) -> Ending:
        text = data.decode("latin-1")
        found = site.read(text)
        if found is None:
            return Ending.REFUSED
        if isinstance(found, RecordAddress):
            token = "" if found.token is None else "/" + found.token
            spelled = f"HTTPS://{site.host}/R/{found.record}{token}"
        else:
            spelled = site.slip_address(found.code)
            if checker.check(found.code).worth is Worth.GOOD:
                return Ending.SAME if spelled in slips else Ending.ACCEPTED
        # Some other record, or a slip that does not hold: but said in its one spelling.
        same = spelled in (text.strip().upper().rstrip("/"), text.strip().upper())
        return Ending.SOUND if same and other.read(text) is None else Ending.ACCEPTED

    yield Target(
        "address of a slip or record",
        [text.encode() for text in (record, *slips)],
        address,
        (WireError, RecordError),
        share=2,
    )


def _lists() -> Iterator[Target]:
    part, parts = taken_back(b"a" * 16, b"b" * 16, b"c" * 16)
    kept = [listed(revocations=(part,)), listed(trusted(), trusted(SERVER), version=8)]
    bundles = [bundle(told) for told in kept]
    roots, own = [ROOT.key], trust_list.certify(ROOT, certificate())

    def genuine(data: bytes, _original: bytes) -> Ending:
        trust_list.accept(data, roots, NOW)
        return Ending.ACCEPTED

    def liar(data: bytes, _original: bytes) -> Ending:
        """An issuer that signs whatever it likes."""
        given = strict_cbor.encode([own, cose.sign(ISSUER, data, LIST_PURPOSE)])
        found = trust_list.accept(given, roots, NOW)
        return Ending.SOUND if found.trust_list.to_cbor() == data else Ending.ACCEPTED

    def revocations(data: bytes, _original: bytes) -> Ending:
        Revocations(kept[0], dict.fromkeys(parts, data))
        return Ending.ACCEPTED

    payloads = [told.to_cbor() for told in kept]
    yield Target("trust list", bundles, genuine, (WireError,), "cbor", share=3)
    yield Target("trust list, signed all the same", payloads, liar, (WireError,), "cbor", share=2)
    yield Target("part of the revocations", list(parts.values()), revocations, (WireError,))


def _files() -> Iterator[Target]:
    part, parts = taken_back(b"a" * 16, b"b" * 16)
    genuine = listed(revocations=(part,))
    given = TrustFile(bundle=bundle(genuine), parts=tuple(parts.values()))
    roots = [ROOT.key]

    def change(data: bytes, _original: bytes) -> Ending:
        told = TrustFile.read(data)
        found = trust_list.accept(told.bundle, roots, NOW)
        return Ending.SAME if found.trust_list == genuine else Ending.ACCEPTED

    folder = tempfile.TemporaryDirectory(prefix="yanpiao-fuzz-")
    stocked(Path(folder.name), NOW, genuine, *parts.values())

    def kept(data: bytes, _original: bytes) -> Ending:
        # Of this process alone: several work through the rounds.
        own = Path(folder.name, str(os.getpid()))
        own.mkdir(exist_ok=True)
        (own / FILE).touch(mode=0o600)
        (own / FILE).write_bytes(data)
        found = TrustStore(own).held()
        if found is None:
            return Ending.REFUSED
        return Ending.SAME if found.trust_list == genuine else Ending.ACCEPTED

    written = [given.model_dump_json().encode()]
    yield Target("trust list, as a file", written, change, (WireError,), "json", share=2)
    stored = [Path(folder.name, FILE).read_bytes()]
    yield Target("trust.json", stored, kept, (TrustStoreError,), "json")
