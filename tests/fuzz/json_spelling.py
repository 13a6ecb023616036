"""JSON told anew: other blanks, orders and escapes, or something else in it."""

from __future__ import annotations

import json
from random import Random
from typing import Any

STRANGE: tuple[Any, ...] = (
    None,
    True,
    0.5,
    -1,
    1 << 63,
    10**40,
    "",
    "0" * 200,
    [],
    {},
    [[]],
    "é\x00",
    "\ud800",
)
DEEP = 3000


def recoded(data: bytes, chance: Random) -> bytes:
    """Line by line where there are several; data that is no JSON comes back as a text of it."""
    lines = data.splitlines() or [b""]
    at = chance.randrange(len(lines))
    lines[at] = _recoded(lines[at], chance)
    return b"\n".join(lines)


def _recoded(line: bytes, chance: Random) -> bytes:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = line.decode("latin-1")
    kind = chance.random()
    if kind < 0.02:
        return b"[" * DEEP + line + b"]" * DEEP
    if kind < 0.6:
        value = altered(value, chance)
    text = json.dumps(
        _shuffled(value, chance) if chance.random() < 0.3 else value,
        ensure_ascii=chance.random() < 0.5,
        indent=chance.choice((None, None, None, 1)),
        separators=chance.choice(((",", ":"), (", ", ": "))),
    )
    if kind > 0.95:
        # One name twice.
        text = text.replace("{", '{"kiosk": "A03", "format": 1, "bundle": "AA", ', 1)
    return text.encode("utf-8", "surrogatepass").replace(b"\n", b" ")


def altered(value: Any, chance: Random) -> Any:
    """One thing in it is another."""
    if chance.random() < 0.05:
        return chance.choice(STRANGE)
    match value:
        case dict() if value:
            return _altered_object(value, chance)
        case list() if value:
            at = chance.randrange(len(value))
            new = altered(value[at], chance)
            there = chance.choice(([], [value[at]] * 2, [new], [new], [new]))
            return [*value[:at], *there, *value[at + 1 :]]
        case str() if value:
            at = chance.randrange(len(value))
            return value[:at] + chance.choice(("", *"AZaz09_-=é\x00")) + value[at + 1 :]
        case int() if not isinstance(value, bool):
            return chance.choice(
                (value + 1, value - 1, -1, 1 << 63, str(value), float(value), None)
            )
        case _:
            return chance.choice(STRANGE)


def _altered_object(value: dict[str, Any], chance: Random) -> dict[str, Any]:
    name = chance.choice(list(value))
    kind = chance.random()
    if kind < 0.1:
        return {key: item for key, item in value.items() if key != name}
    if kind < 0.15:
        return value | {name.upper(): value[name]}
    return value | {name: altered(value[name], chance)}


def _shuffled(value: Any, chance: Random) -> Any:
    if isinstance(value, dict):
        names = chance.sample(list(value), len(value))
        return {name: _shuffled(value[name], chance) for name in names}
    if isinstance(value, list):
        return [_shuffled(item, chance) for item in value]
    return value
