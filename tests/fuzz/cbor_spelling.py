"""CBOR told anew: the same in another spelling, or something else in the right one."""

from __future__ import annotations

from random import Random
from typing import Any

import cbor2

NUMBERS = (0, 1, -1, 23, 24, 255, 256, 1 << 31, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
STRANGE: tuple[Any, ...] = (
    None,
    True,
    False,
    0.5,
    "",
    b"",
    [],
    {},
    "é\x00",
    [[[[[[]]]]]],
    {"a": 1},
    1 << 70,
)


def recoded(data: bytes, chance: Random) -> bytes:
    """Data that is no CBOR comes back as something that is."""
    try:
        value = cbor2.loads(data)
    except Exception:  # noqa: BLE001 - whatever its reader says of bytes that are no CBOR
        value = data
    if chance.random() < 0.3:
        return spelled(value, chance)
    new, canonical = altered(value, chance), chance.random() < 0.9
    try:
        return cbor2.dumps(new, canonical=canonical)
    except Exception:  # noqa: BLE001 - what was read out of no CBOR need not be writable
        return cbor2.dumps(data)


def altered(value: Any, chance: Random) -> Any:
    """One thing in it is another."""
    if chance.random() < 0.05:
        return chance.choice(STRANGE)
    match value:
        case dict() if value:
            return _altered_map(value, chance)
        case list() if value:
            at = chance.randrange(len(value))
            new = altered(value[at], chance)
            there = chance.choice(([], [value[at]] * 2, [new], [new], [new]))
            return [*value[:at], *there, *value[at + 1 :]]
        case bytes() if value:
            return _altered_bytes(value, chance)
        case str() if value:
            at = chance.randrange(len(value))
            return value[:at] + chance.choice("AZaz09-./é\x00") + value[at + 1 :]
        case int() if not isinstance(value, bool):
            return chance.choice((value + 1, value - 1, -value, *NUMBERS))
        case _:
            return chance.choice(STRANGE)


def _altered_map(value: dict[Any, Any], chance: Random) -> dict[Any, Any]:
    key = chance.choice(list(value))
    rest = {name: item for name, item in value.items() if name != key}
    kind = chance.random()
    if kind < 0.1:
        return rest
    if kind < 0.2:
        return rest | {chance.choice((*NUMBERS, "", "a")): value[key]}
    return value | {key: altered(value[key], chance)}


def _altered_bytes(value: bytes, chance: Random) -> bytes:
    kind = chance.random()
    if kind < 0.4:
        # A message in a message: what is inside is told anew as well.
        return recoded(value, chance)
    if kind < 0.6:
        return value[: chance.randrange(len(value))]
    if kind < 0.7:
        return value + chance.randbytes(chance.randrange(1, 9))
    at = chance.randrange(len(value))
    return value[:at] + bytes([value[at] ^ 1 << chance.randrange(8)]) + value[at + 1 :]


def spelled(value: Any, chance: Random) -> bytes:
    """The same, with heads longer than needed, open lengths, and keys in any order."""
    match value:
        case bool() | None | float():
            return cbor2.dumps(value)
        case int() if -(1 << 64) <= value < 1 << 64:
            return _head(0, value, chance) if value >= 0 else _head(1, -1 - value, chance)
        case bytes():
            return _string(2, value, chance)
        case str():
            return _string(3, value.encode("utf-8", "surrogatepass"), chance)
        case list():
            return _container(4, [spelled(item, chance) for item in value], len(value), chance)
        case dict():
            pairs = [spelled(k, chance) + spelled(v, chance) for k, v in value.items()]
            chance.shuffle(pairs)
            return _container(5, pairs, len(pairs), chance)
        case _:
            return cbor2.dumps(None)


def _head(major: int, number: int, chance: Random) -> bytes:
    widths = [width for width in (0, 1, 2, 4, 8) if number < (24 if width == 0 else 1 << 8 * width)]
    width = chance.choice(widths) if chance.random() < 0.3 else widths[0]
    if width == 0:
        return bytes([major << 5 | number])
    return bytes([major << 5 | 24 + width.bit_length() - 1]) + number.to_bytes(width, "big")


def _string(major: int, data: bytes, chance: Random) -> bytes:
    if chance.random() < 0.1:
        at = chance.randrange(len(data) + 1)
        parts = (data[:at], data[at:])
        open_ = bytes([major << 5 | 31])
        return open_ + b"".join(_head(major, len(part), chance) + part for part in parts) + b"\xff"
    return _head(major, len(data), chance) + data


def _container(major: int, parts: list[bytes], count: int, chance: Random) -> bytes:
    if chance.random() < 0.1:
        return bytes([major << 5 | 31]) + b"".join(parts) + b"\xff"
    return _head(major, count, chance) + b"".join(parts)
