"""What chance, a bad cable or a clever person makes of good bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from tests.fuzz import cbor_spelling, json_spelling

STRIKING = (0, 1, 2, 0x3F, 0x40, 0x7F, 0x80, 0xFE, 0xFF)
NEAR = 256
"""Bytes at the beginning that are hit more often: lengths and counts are there."""

Way = Callable[[bytearray, Random], None]
"""Changes the bytes where they are."""
Recode = Callable[[bytes, Random], bytes]
"""Other bytes out of what these say."""


def flip(data: bytearray, chance: Random) -> None:
    data[_place(data, chance)] ^= 1 << chance.randrange(8)


def strike(data: bytearray, chance: Random) -> None:
    """Extreme values."""
    at = _place(data, chance)
    for i in range(at, min(at + chance.choice((1, 2, 4, 8)), len(data))):
        data[i] = chance.choice(STRIKING)


def lie(data: bytearray, chance: Random) -> None:
    """A number that says a wrong length, in some width and order of bytes."""
    width = chance.choice((1, 2, 4, 8))
    length = len(data)
    said = chance.choice((0, 1, length - 1, length, length + 1, 1 << (8 * width - 1), -1))
    order = chance.choice(("big", "little"))
    number = (said % (1 << 8 * width)).to_bytes(width, "big")
    at = _place(data, chance)
    data[at : at + width] = number if order == "big" else number[::-1]


def cut(data: bytearray, chance: Random) -> None:
    del data[chance.randrange(len(data)) :]


def drop(data: bytearray, chance: Random) -> None:
    at = _place(data, chance)
    del data[at : at + chance.randrange(1, 64)]


def insert(data: bytearray, chance: Random) -> None:
    at = _place(data, chance)
    data[at:at] = chance.randbytes(chance.randrange(1, 9))


def repeat(data: bytearray, chance: Random) -> None:
    at = _place(data, chance)
    data[at:at] = data[at : at + chance.randrange(1, 64)]


def move(data: bytearray, chance: Random) -> None:
    """A piece of it over another place."""
    at, to = _place(data, chance), _place(data, chance)
    part = data[at : at + chance.randrange(1, 64)]
    data[to : to + len(part)] = part


def end(data: bytearray, chance: Random) -> None:
    """Something near the end."""
    at = max(0, len(data) - 1 - chance.randrange(112))
    data[at] = chance.choice(STRIKING)


WAYS: tuple[Way, ...] = (flip, flip, strike, lie, lie, cut, drop, insert, repeat, move, end)
RECODES: dict[str, Recode] = {"cbor": cbor_spelling.recoded, "json": json_spelling.recoded}


def mutated(data: bytes, others: Sequence[bytes], form: str, chance: Random) -> bytes:
    """One of the ways, seldom more; `form` is `cbor`, `json` or nothing that can be told anew."""
    recode = RECODES.get(form)
    if recode is not None and chance.random() < 0.4:
        return recode(data, chance)
    if chance.random() < 0.1:
        return _spliced(data, chance.choice(others), chance)
    new = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if new:
            chance.choice(WAYS)(new, chance)
    return bytes(new)


def _spliced(data: bytes, other: bytes, chance: Random) -> bytes:
    """The beginning of one and the end of another."""
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


def _place(data: bytearray, chance: Random) -> int:
    near = min(NEAR, len(data)) if chance.random() < 0.5 else len(data)
    return chance.randrange(near)
