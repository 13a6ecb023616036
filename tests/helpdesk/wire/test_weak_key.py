"""The points of small order, found anew by the curve's own arithmetic."""

from __future__ import annotations

import secrets

import pytest

from helpdesk.wire import sealed_box
from helpdesk.wire.signing_key import Ed25519Signer, VerifyingKey
from helpdesk.wire.weak_key import is_weak_sealing_key, is_weak_signing_key

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1)
Point = tuple[int, int]


def plus(one: Point, two: Point) -> Point:
    """RFC 8032, 5.1.4, in affine coordinates."""
    (x1, y1), (x2, y2) = one, two
    both = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + both, -1, P) % P
    return x, (y1 * y2 + x1 * x2) * pow(1 - both, -1, P) % P


def point(y: int) -> Point | None:
    """A point of this y; None where there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    for root in (x, x * ROOT_OF_MINUS_ONE % P):
        if root * root % P == square:
            return root, y
    return None


def eightfold(start: Point) -> Point:
    for _ in range(3):
        start = plus(start, start)
    return start


def small_order() -> set[int]:
    """The y of every point that eight times itself is nothing: multiples of one of order 8."""
    candidates = (point(y) for y in range(2, 60))
    order = 2**252 + 27742317777372353535851937790883648493
    found: set[int] = set()
    for start in candidates:
        total, power, left = NEUTRAL, start, order
        while power is not None and left:
            if left & 1:
                total = plus(total, power)
            power, left = plus(power, power), left >> 1
        if power is not None:
            assert eightfold(total) == NEUTRAL
            step = NEUTRAL
            for _ in range(8):
                found.add(step[1])
                step = plus(step, total)
    return found


def test_all_points_of_small_order_are_known_in_every_spelling() -> None:
    known = small_order()
    assert len(known) == 5, "eight points, of which three pairs differ by the sign of x alone"
    for y in known:
        for spelled in (y, y + P):
            if spelled < 1 << 255:
                data = spelled.to_bytes(32, "little")
                signed = data[:-1] + bytes([data[-1] | 0x80])
                assert is_weak_signing_key(data)
                assert is_weak_signing_key(signed)


def test_a_signature_can_be_made_for_such_a_key_without_a_private_one() -> None:
    """Why it matters: R and S are chosen, and whatever is signed, it holds for one in eight."""
    weak = VerifyingKey(bytes([1]) + bytes(31))
    forged = bytes([1]) + bytes(63)
    assert weak.holds(forged, b"anything at all")
    assert is_weak_signing_key(weak.public)


@pytest.mark.parametrize("number", range(20))
def test_keys_that_somebody_made_are_none(number: int) -> None:
    seed = secrets.token_bytes(32)
    assert not is_weak_signing_key(Ed25519Signer(seed).key.public)
    assert not is_weak_sealing_key(sealed_box.public_of(seed))


def test_sealing_keys_that_share_nothing() -> None:
    for number in (0, 1, P - 1, P, P + 1):
        assert is_weak_sealing_key(number.to_bytes(32, "little"))
