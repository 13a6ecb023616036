"""Hashing rows, here or in other processes."""

from __future__ import annotations

import numpy as np

from helpdesk.packs.digests import Row, records_from
from invoices.pack import Digester, Prf
from invoices.pack.keys import halves
from tests.helpdesk.packs.synthetic import KEY


def rows(count: int) -> list[Row]:
    return [
        (b"\x01|%020d" % i, b"\x0132||%020d|2026-03-05|%d" % (i, i), i % 5) for i in range(count)
    ]


def test_records_hold_the_digests_of_each_row() -> None:
    digester = Digester(KEY, Prf.HMAC_SHA256)
    asked = rows(40)
    (records,) = records_from(asked, digester)
    for record, (identity, body, state) in zip(records, asked, strict=True):
        assert (record["h"], record["h2"]) == halves(digester.identity(identity))
        assert int(record["body"]) == int.from_bytes(digester.body(body), "little")
        assert record["state"] == state


def test_no_rows_are_no_records() -> None:
    assert list(records_from([], Digester(KEY))) == []


def test_two_processes_give_the_same_records_in_the_same_order() -> None:
    asked = rows(150_000)
    digester = Digester(KEY)
    here = list(records_from(asked, digester))
    there = list(records_from(asked, digester, workers=2))
    assert len(there) == 3
    assert np.concatenate(there).tobytes() == np.concatenate(here).tobytes()
