"""A slip's document as JSON, for keeping it until it is on paper and for copies later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType

from printers.document import Block, Document, Feed, Pair, Qr, Rule, Text

_SHAPES: Mapping[str, type[Block]] = MappingProxyType(
    {"text": Text, "pair": Pair, "rule": Rule, "qr": Qr, "feed": Feed}
)
_NAMES: Mapping[type[Block], str] = MappingProxyType(
    {shape: name for name, shape in _SHAPES.items()}
)


def dump(document: Document) -> bytes:
    """The document as bytes."""
    blocks = [[_NAMES[type(block)], asdict(block)] for block in document.blocks]
    form = {"v": 1, "mark": document.reprint_mark, "blocks": blocks}
    return json.dumps(form, ensure_ascii=False, separators=(",", ":")).encode()


def load(data: bytes) -> Document:
    """The document again; only ever what `dump` wrote, since a seal protects it."""
    form = json.loads(data)
    blocks = tuple(_SHAPES[name](**fields) for name, fields in form["blocks"])
    return Document(blocks, form["mark"])
