from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.web.client_address import LOCAL, client_address, limiting_key
from helpdesk.web.language import preferred_language
from helpdesk.web.rate_limit import TokenBuckets

PROXIES = (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"))


class Stopped:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 24, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


def test_a_bucket_empties_and_fills() -> None:
    clock = Stopped()
    buckets = TokenBuckets(6, clock)
    assert [buckets.take("a") for _ in range(6)] == [0.0] * 6
    assert buckets.take("a") == pytest.approx(10.0)
    assert buckets.take("b") == 0.0
    clock.seconds = 9.9
    assert buckets.take("a") == pytest.approx(0.1)
    clock.seconds = 10.1
    assert buckets.take("a") == 0.0
    clock.seconds = 1e6
    assert [buckets.take("a") for _ in range(7)].count(0.0) == 6


def test_no_limit_lets_everything_pass() -> None:
    buckets = TokenBuckets(0, Stopped())
    assert not any(buckets.take("a") for _ in range(1000))


def test_a_stranger_cannot_fill_the_memory() -> None:
    buckets = TokenBuckets(1, Stopped())
    for number in range(50_100):
        buckets.take(str(number))
    assert len(buckets._buckets) == 50_000
    assert buckets.take("50099") > 0


@given(
    steps=st.lists(st.tuples(st.floats(0, 100), st.sampled_from("ab")), max_size=60),
    rate=st.integers(1, 100),
)
def test_never_more_than_the_burst_and_the_rate(steps: list[tuple[float, str]], rate: int) -> None:
    clock = Stopped()
    buckets = TokenBuckets(rate, clock)
    passed = {"a": 0, "b": 0}
    for pause, key in steps:
        clock.seconds += pause
        passed[key] += buckets.take(key) == 0.0
    assert max(passed.values()) <= rate + clock.seconds * rate / 60 + 1e-6


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1, 10.1.1.1", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, nonsense", "127.0.0.1"),
        ("127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1"),
        (None, "198.51.100.1", "198.51.100.1"),
        ("", "2001:db8::1", "2001:db8::1"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        # A socket that systemd opened listens on both families and maps IPv4 into IPv6.
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("127.0.0.1", "6.6.6.6, ::ffff:198.51.100.1, ::ffff:10.1.1.1", "198.51.100.1"),
    ],
)
def test_only_a_proxy_we_trust_speaks_for_others(
    peer: str | None, forwarded: str | None, address: str
) -> None:
    assert client_address(peer, forwarded, PROXIES) == address


def test_without_proxies_nobody_is_believed() -> None:
    assert client_address(None, "198.51.100.1", ()) == LOCAL
    assert client_address("127.0.0.1", "198.51.100.1", ()) == "127.0.0.1"
    assert client_address("::ffff:203.0.113.9", None, ()) == "203.0.113.9"


@given(forwarded=st.text(max_size=60))
def test_any_forwarded_header_is_an_address_or_ignored(forwarded: str) -> None:
    assert client_address("127.0.0.1", forwarded, PROXIES)


def test_an_ipv6_customer_counts_once() -> None:
    assert limiting_key("2001:db8:1:2:3:4:5:6") == limiting_key("2001:db8:1:2::ffff")
    assert limiting_key("2001:db8:1:2::1") != limiting_key("2001:db8:1:3::1")
    assert limiting_key("203.0.113.9") == "203.0.113.9"
    assert limiting_key(LOCAL) == LOCAL


@given(header=st.text(max_size=300))
def test_any_accept_language_is_one_of_ours(header: str) -> None:
    assert preferred_language(header) in {"zh_CN", "en"}
