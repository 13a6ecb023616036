"""What a builder takes of an invoice: 21 bytes, sorted, each invoice once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from helpdesk.packs.errors import PacksError

if TYPE_CHECKING:
    from collections.abc import Iterable

RECORD: Final = np.dtype([("h", "<u8"), ("h2", "<u8"), ("body", "<u4"), ("state", "u1")])
"""The identity digest in two halves, the body digest and the status code of one invoice."""

Records: TypeAlias = NDArray[np.void]


def records_of(
    identities: bytes | bytearray, bodies: bytes | bytearray, states: Iterable[int]
) -> Records:
    """Records from digests laid end to end: 16 bytes, 4 bytes and one status code an invoice."""
    codes = np.fromiter(states, np.uint8)
    records = np.empty(len(codes), RECORD)
    pairs = np.frombuffer(bytes(identities), "<u8").reshape(-1, 2)
    records["h"], records["h2"] = pairs[:, 0], pairs[:, 1]
    records["body"] = np.frombuffer(bytes(bodies), "<u4")
    records["state"] = codes
    return records


def in_order(records: Records) -> Records:
    """The records by `h`, then `h2`: one order of distinct invoices, however they came."""
    ordered = records[np.argsort(records["h"])]
    h = ordered["h"]
    twins = np.flatnonzero(h[1:] == h[:-1])
    for first in twins:
        last = int(np.searchsorted(h, h[first], side="right"))
        ordered[first:last] = np.sort(ordered[first:last], order="h2")
    return ordered


@dataclass(frozen=True, slots=True)
class Distinct:
    """Sorted records without repeats: those whose `h` is theirs alone, and those that share it."""

    alone: Records
    shared: Records


def distinct(ordered: Records) -> Distinct:
    """Drop exact repeats and set aside invoices that share an `h`.

    Raises:
        PacksError: `packs.conflict` if one invoice comes with two bodies or states.
    """
    if len(ordered) > 1:
        same = (ordered["h"][1:] == ordered["h"][:-1]) & (ordered["h2"][1:] == ordered["h2"][:-1])
        if same.any():
            repeat = np.concatenate(([False], same))
            _refuse_conflicts(ordered, np.flatnonzero(repeat))
            ordered = ordered[~repeat]
    h = ordered["h"]
    twin = np.zeros(len(h), np.bool_)
    twin[1:] |= h[1:] == h[:-1]
    twin[:-1] |= h[1:] == h[:-1]
    if not twin.any():
        return Distinct(ordered, np.empty(0, RECORD))  # a slice would keep all alive
    return Distinct(ordered[~twin], ordered[twin])


def _refuse_conflicts(ordered: Records, repeats: NDArray[np.intp]) -> None:
    if (ordered[repeats] != ordered[repeats - 1]).any():
        raise PacksError("packs.conflict")
