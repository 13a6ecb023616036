"""Vectors of `docs/pack-format.md`; `python -m tests.helpdesk.packs.vectors` prints them."""

from __future__ import annotations

import base64
import io
import json
import sys
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeAlias

from helpdesk.packs.digests import Row, digest_rows
from helpdesk.packs.overlays import build_overlay
from helpdesk.packs.segments import build_segment
from helpdesk.packs.settings import Moments, PackSettings
from helpdesk.packs.store import MemoryStore
from invoices import canonical
from invoices.kinds import Kind
from invoices.pack import Digester, PackKey, Prf
from invoices.pack.mixing import coefficients, mix64, seed_of

if TYPE_CHECKING:
    from collections.abc import Mapping

Json: TypeAlias = "str | int | list[Json] | dict[str, Json]"

KEY = PackKey("main", 7, bytes(range(32)))
EXTRACT_KEY = bytes(range(32, 64))
BUILT = datetime(2026, 4, 1, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)
WORD = 0x0123456789ABCDEF


def rows() -> list[Row]:
    """Three invoices of March 2026: normal, voided, wholly reversed."""
    code, first, second = "011002100311", "00012345", "00012346"
    digits = "26117000000123456789"
    day = date(2026, 3, 5)
    return [
        (
            canonical.identity(code, first),
            canonical.body(Kind.E_ORDINARY, code, first, day, "112233"),
            0,
        ),
        (
            canonical.identity(code, second),
            canonical.body(Kind.E_ORDINARY, code, second, day, "445566"),
            1,
        ),
        (
            canonical.identity("", digits),
            canonical.body(Kind.DIGITAL_ORDINARY, "", digits, day, "9159"),
            4,
        ),
    ]


def segment() -> bytes:
    digester = Digester(KEY)
    out = io.BytesIO()
    asked = PackSettings("2026-03", digester, Moments(BUILT, BUILT), extract_key=EXTRACT_KEY)
    build_segment(out, asked, MemoryStore([digest_rows(rows(), KEY, Prf.BLAKE2B, 0)]))
    return out.getvalue()


def overlay() -> bytes:
    """The first invoice was reversed in part, the second withdrawn."""
    changes = digest_rows(rows()[:2], KEY, Prf.BLAKE2B, 0)
    changes["state"] = (3, 5)
    out = io.BytesIO()
    asked = PackSettings(
        "ovr-2026-04-02", Digester(KEY), Moments(LATER, LATER, BUILT), extract_key=EXTRACT_KEY
    )
    build_overlay(out, asked, changes)
    return out.getvalue()


def vectors() -> Mapping[str, Json]:
    identity, body, _ = rows()[0]
    digests: list[Json] = []
    for prf, rounds in (
        (Prf.BLAKE2B, 0),
        (Prf.BLAKE2B, 3),
        (Prf.HMAC_SHA256, 0),
        (Prf.HMAC_SM3, 3),
    ):
        digester = Digester(KEY, prf, rounds)
        digests.append(
            {
                "prf": int(prf),
                "rounds": rounds,
                "identity": digester.identity(identity).hex(),
                "body": digester.body(body).hex(),
                "key_check": digester.check().hex(),
            }
        )
    return {
        "mix64": [[hex(word), hex(mix64(word))] for word in (0, 1, WORD, 2**64 - 1)],
        "seed": [[index, hex(seed_of(index))] for index in (0, 1, 255)],
        "coefficients": [[hex(WORD), i, coefficients(WORD, seed_of(i)).hex()] for i in (0, 1)],
        "key": KEY.secret.hex(),
        "extract_key": EXTRACT_KEY.hex(),
        "canonical": [[one.hex(), other.hex(), code] for one, other, code in rows()],
        "digests": digests,
        "segment": wrapped(segment()),
        "overlay": wrapped(overlay()),
    }


def wrapped(data: bytes) -> list[Json]:
    text = base64.b64encode(data).decode("ascii")
    return [text[at : at + 100] for at in range(0, len(text), 100)]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(vectors(), indent=1) + "\n")
