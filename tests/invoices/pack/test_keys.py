"""Keyed digests, and what a key may be."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from invoices.pack import Digester, PackError, PackKey, Prf
from invoices.pack.keys import halves

SECRET = bytes(range(32))
KEY = PackKey("1100", 3, SECRET)


@pytest.mark.parametrize(
    ("region", "epoch", "secret"),
    [
        ("1100", 3, b"short"),
        ("", 3, SECRET),
        ("seventeen letters", 3, SECRET),
        ("北京", 3, SECRET),
        ("a\nb", 3, SECRET),
        ("1100", -1, SECRET),
        ("1100", 1 << 32, SECRET),
    ],
)
def test_a_key_that_no_header_could_name_is_refused(region: str, epoch: int, secret: bytes) -> None:
    with pytest.raises(PackError) as caught:
        PackKey(region, epoch, secret)
    assert caught.value.code == "pack.key"


def test_a_key_does_not_show_its_secret() -> None:
    assert "secret" not in repr(KEY)
    assert repr(SECRET) not in repr(KEY)


def test_the_digests_are_the_named_functions() -> None:
    message = b"i" + b"\x01|26117000000123456789"
    blake = hashlib.blake2b(message, key=SECRET, digest_size=16).digest()
    assert Digester(KEY).identity(message[1:]) == blake
    sha = hmac.digest(SECRET, message, "sha256")[:16]
    assert Digester(KEY, Prf.HMAC_SHA256).identity(message[1:]) == sha
    sm3 = hmac.new(SECRET, message, "sm3").digest()[:16]
    assert Digester(KEY, Prf.HMAC_SM3).identity(message[1:]) == sm3


@pytest.mark.parametrize(("prf", "name"), [(Prf.BLAKE2B, "sha256"), (Prf.HMAC_SM3, "sm3")])
def test_a_slow_body_costs_its_rounds_and_keeps_identity_as_it_is(prf: Prf, name: str) -> None:
    fast, slow = Digester(KEY, prf), Digester(KEY, prf, 10)
    assert slow.identity(b"a") == fast.identity(b"a")
    assert slow.body(b"a") == fast.body(hashlib.pbkdf2_hmac(name, b"a", SECRET, 10))


def test_identity_body_and_key_check_do_not_meet() -> None:
    digester = Digester(KEY)
    assert digester.identity(b"a")[:4] != digester.body(b"a")
    assert digester.check() != digester.identity(b"fpk-key-check")


def test_halves_are_little_endian() -> None:
    assert halves(bytes(range(16))) == (0x0706050403020100, 0x0F0E0D0C0B0A0908)
