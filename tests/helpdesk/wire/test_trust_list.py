from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from helpdesk.wire import cose, strict_cbor, trust_list
from helpdesk.wire.errors import WireError
from helpdesk.wire.signing_key import kid_of
from helpdesk.wire.trust_list import Held, TrustList
from tests.helpdesk.wire.world import (
    ISSUER,
    KIOSK,
    NOW,
    ROOT,
    SERVER,
    STRANGER,
    bundle,
    certificate,
    listed,
    taken_back,
    trusted,
)

ROOTS = (ROOT.key,)


def refused(data: bytes, now: datetime = NOW, held: Held | None = None) -> str:
    with pytest.raises(WireError) as raised:
        trust_list.accept(data, ROOTS, now, held)
    return raised.value.code


def signed(content: TrustList) -> bytes:
    return cose.sign(ISSUER, content.to_cbor(), b"yanpiao/trust-list/1")


def test_a_list_of_a_certified_issuer_is_accepted_whole() -> None:
    content = listed(
        trusted(), trusted(SERVER, holder="server"), revocations=(taken_back(b"1" * 16)[0],)
    )

    accepted = trust_list.accept(bundle(content), ROOTS, NOW)

    assert accepted.trust_list == content
    assert accepted.certificate == certificate()
    assert accepted.trust_list.find(KIOSK.key.kid) == trusted()
    assert accepted.trust_list.find(STRANGER.key.kid) is None


def test_any_of_several_pinned_roots_will_do() -> None:
    data = bundle(listed())

    assert trust_list.accept(data, (STRANGER.key, ROOT.key), NOW).trust_list == listed()
    with pytest.raises(WireError) as raised:
        trust_list.accept(data, (STRANGER.key,), NOW)
    assert raised.value.code == "trust.root"


def test_the_ratchet_goes_forward_only() -> None:
    first = trust_list.accept(bundle(listed(version=7)), ROOTS, NOW).held
    again = trust_list.accept(bundle(listed(version=7)), ROOTS, NOW, first).held
    later = trust_list.accept(bundle(listed(version=9)), ROOTS, NOW, first).held

    assert again == first
    assert later.version == 9
    assert refused(bundle(listed(version=8)), held=later) == "trust.rollback"
    assert refused(bundle(listed(trusted(SERVER), version=9)), held=later) == "trust.fork"


def test_time_bounds_what_may_be_accepted_but_not_what_is_read_again() -> None:
    data = bundle(listed())

    assert refused(data, NOW + timedelta(days=21)) == "trust.expired"
    assert refused(data, NOW - timedelta(days=9, minutes=6)) == "trust.future"
    assert trust_list.accept(data, ROOTS, NOW - timedelta(days=9, minutes=4)).held.version == 7
    assert trust_list.read(data, ROOTS).trust_list == listed()


def test_an_issuer_whose_year_is_over_issues_nothing() -> None:
    ending = certificate(not_after=NOW - timedelta(days=1))
    ended = certificate(not_after=NOW - timedelta(days=10))

    assert refused(bundle(listed(), ending)) == "trust.certificate_period"
    assert refused(bundle(listed(), ended)) == "trust.certificate_period"


@pytest.mark.parametrize("days", [31, 0, -1])
def test_a_list_lives_thirty_days_at_most(days: int) -> None:
    content = listed(expires=listed().issued_at + timedelta(days=days))
    with pytest.raises(WireError) as raised:
        bundle(content)
    assert raised.value.code == "trust.lifetime"

    smuggled = strict_cbor.encode([trust_list.certify(ROOT, certificate()), signed(content)])
    assert refused(smuggled) == "trust.lifetime"


def test_a_certificate_lives_a_year_at_most() -> None:
    endless = certificate(not_after=NOW + timedelta(days=1000))
    with pytest.raises(WireError) as raised:
        trust_list.certify(ROOT, endless)
    assert raised.value.code == "trust.lifetime"

    made = cose.sign(ROOT, endless.to_cbor(), b"yanpiao/issuer-certificate/1")
    assert refused(trust_list.issue(ISSUER, made, listed())) == "trust.lifetime"


def test_two_keys_of_one_id_are_no_list() -> None:
    with pytest.raises(WireError) as raised:
        bundle(listed(trusted(), trusted(holder="A04")))

    assert raised.value.code == "trust.duplicate"


def test_a_stranger_signs_in_vain() -> None:
    mine = trust_list.certify(ROOT, certificate())
    other = trust_list.issue(STRANGER, mine, listed())
    own_root = trust_list.issue(ISSUER, trust_list.certify(STRANGER, certificate()), listed())

    assert refused(other) == "trust.signature"
    assert refused(own_root) == "trust.root"


def test_the_root_is_no_issuer_and_a_list_is_no_certificate() -> None:
    mine = trust_list.certify(ROOT, certificate())
    by_root = trust_list.issue(ROOT, mine, listed())
    wrong_purpose = strict_cbor.encode([mine, cose.sign(ISSUER, listed().to_cbor())])

    assert refused(by_root) == "trust.signature"
    assert refused(wrong_purpose) == "trust.signature"


def test_what_is_no_bundle_is_refused_by_name() -> None:
    assert refused(b"") == "cbor.short"
    assert refused(strict_cbor.encode([b"one"])) == "trust.form"
    assert refused(strict_cbor.encode([b"\x80", b"\x80"])) == "cose.form"
    assert refused(bytes(trust_list.BUNDLE_LENGTH + 1)) == "trust.long"


def test_a_thousand_kiosks_fit() -> None:
    keys = [
        trusted(public=index.to_bytes(32, "big"), holder=f"K{index}") for index in range(1, 1001)
    ]
    content = listed(*keys)

    accepted = trust_list.accept(bundle(content), ROOTS, NOW).trust_list

    assert accepted.find(kid_of((500).to_bytes(32, "big"))) == keys[499]


def test_no_changed_bundle_is_ever_accepted() -> None:
    chance = random.Random(421)
    whole = bundle(listed(trusted(), trusted(SERVER, holder="server")))
    for _ in range(3000):
        data = bytearray(whole)
        match chance.randrange(4):
            case 0:
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            case 1:
                del data[chance.randrange(len(data)) :]
            case 2:
                data.insert(chance.randrange(len(data)), chance.randrange(256))
            case _:
                at = chance.randrange(len(data))
                data[at : at + 4] = chance.randbytes(4)
        if bytes(data) != whole:
            assert "." in refused(bytes(data))


def test_a_certificate_is_read_by_the_root_that_made_it() -> None:
    made = trust_list.certify(ROOT, certificate())
    assert trust_list.certificate_of(made, ROOTS) == certificate()
    for roots in ([STRANGER.key], []):
        with pytest.raises(WireError) as raised:
            trust_list.certificate_of(made, roots)
        assert raised.value.code == "trust.root"
    with pytest.raises(WireError) as raised:
        trust_list.certificate_of(made[:-1], ROOTS)
    assert raised.value.code.startswith("cbor.")
