"""One CBOR form for each value: the deterministic encoding of RFC 8949, 4.2.1, in a subset.

Whole numbers of 64 bits, byte and text strings, arrays, maps with keys that are numbers or
texts, false, true and null. No tags, no floats, no indefinite lengths. The bytes are measured
before cbor2 sees them, so that neither depth nor a claimed length can hurt, and what it read
is encoded anew: any other spelling of the same value differs and is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

import cbor2

from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault

DEPTH: Final = 4
LENGTH: Final = 1 << 16

_NUMBER_LIMIT: Final = 1 << 64
_INFO: Final = 31
_LONG: Final = 24
_LONGEST: Final = 27
_BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = 2, 3, 4, 5, 6, 7
_FALSE, _NULL = 20, 22


def encode(value: object) -> bytes:
    """The one encoding of `value`; map keys in the order of their encoded bytes.

    Raises:
        WireError: `cbor.type` for a value outside the subset.
    """
    return cbor2.dumps(_ordered(value))


def decode(data: bytes, *, depth: int = DEPTH, length: int = LENGTH) -> object:
    """The value of exactly these bytes, with at most `depth` containers inside each other.

    Raises:
        WireError: `cbor.long`, `cbor.short`, `cbor.trailing`, `cbor.depth`, `cbor.type`,
            `cbor.indefinite`, or `cbor.canonical` for another spelling, a key given twice or a
            text that is not UTF-8.
    """
    value = decode_any(data, depth=depth, length=length)
    if encode(value) != data:
        raise WireError(Fault.CBOR_CANONICAL)
    return value


def decode_any(data: bytes, *, depth: int = DEPTH, length: int = LENGTH) -> object:
    """`decode` for whoever encodes what was read anew, and compares: spelling is not looked at.

    Raises:
        WireError: as `decode`, except for another spelling.
    """
    if len(data) > length:
        raise WireError(Fault.CBOR_LONG)
    _measure(data, depth)
    try:
        value: object = cbor2.loads(data)
    except cbor2.CBORDecodeError as error:
        raise WireError(Fault.CBOR_CANONICAL) from error
    return value


def _ordered(value: object) -> object:
    match value:
        case str():
            return _text(value)
        case None | bool() | bytes():
            return value
        case int() if -_NUMBER_LIMIT <= value < _NUMBER_LIMIT:
            return int(value)
        case Mapping():
            keys = sorted(value, key=_encoded_key)
            return {_ordered(key): _ordered(value[key]) for key in keys}
        case Sequence():
            return [_ordered(item) for item in value]
        case _:
            raise WireError(Fault.CBOR_TYPE)


def _encoded_key(key: object) -> bytes:
    if isinstance(key, bool) or not isinstance(key, int | str):
        raise WireError(Fault.CBOR_TYPE)
    return _encoded(_ordered(key))


@lru_cache(maxsize=1024)
def _encoded(key: object) -> bytes:
    """The encoding of a map's key; records of one kind have the same keys again and again."""
    return cbor2.dumps(key)


def _text(value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise WireError(Fault.CBOR_TYPE) from error
    return str(value)


def _measure(data: bytes, depth: int) -> None:
    """Whether `data` is one item of the subset: shape and lengths, before anything is built."""
    pending = [1]
    at = 0
    while pending:
        if not pending[-1]:
            pending.pop()
            continue
        pending[-1] -= 1
        major, argument, at = _head(data, at)
        if major in (_BYTES, _TEXT):
            at += argument
        elif major in (_ARRAY, _MAP):
            if len(pending) > depth:
                raise WireError(Fault.CBOR_DEPTH)
            pending.append(argument * 2 if major == _MAP else argument)
    if at > len(data):
        raise WireError(Fault.CBOR_SHORT)
    if at < len(data):
        raise WireError(Fault.CBOR_TRAILING)


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Major type and argument of the item at `at`, and where its content begins."""
    if at >= len(data):
        raise WireError(Fault.CBOR_SHORT)
    major, info = data[at] >> 5, data[at] & _INFO
    if info == _INFO:
        raise WireError(Fault.CBOR_INDEFINITE)
    simple = _FALSE <= info <= _NULL
    if major == _TAG or info > _LONGEST or (major == _SIMPLE and not simple):
        raise WireError(Fault.CBOR_TYPE)
    if info < _LONG:
        return major, info, at + 1
    after = at + 1 + (1 << info - _LONG)
    if after > len(data):
        raise WireError(Fault.CBOR_SHORT)
    return major, int.from_bytes(data[at + 1 : after], "big"), after
