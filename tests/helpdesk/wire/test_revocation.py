from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.wire import revocation
from helpdesk.wire.errors import WireError
from helpdesk.wire.revocation import Revocations
from tests.helpdesk.wire.world import KIOSK, SERVER, listed, taken_back

KID = KIOSK.key.kid
DOCUMENTS = st.sets(st.binary(min_size=16, max_size=16), min_size=1, max_size=40)


@given(DOCUMENTS, DOCUMENTS)
def test_exactly_the_named_documents_are_revoked(gone: set[bytes], others: set[bytes]) -> None:
    part, parts = taken_back(*gone)
    known = Revocations(listed(revocations=(part,)), parts)

    assert all(known.revoked(KID, 202611, document) for document in gone)
    assert not any(known.revoked(KID, 202611, document) for document in others - gone)
    assert known.revoked(KID, 202612, next(iter(gone))) is False
    assert known.revoked(SERVER.key.kid, 202611, next(iter(gone))) is False


def test_a_part_that_is_not_here_is_not_known() -> None:
    part, _ = taken_back(b"1" * 16)

    assert Revocations(listed(revocations=(part,)), {}).revoked(KID, 202611, b"2" * 16) is None


def test_a_part_the_list_does_not_name_counts_for_nothing() -> None:
    _, parts = taken_back(b"1" * 16)

    assert Revocations(listed(), parts).revoked(KID, 202611, b"1" * 16) is False


def test_other_bytes_than_the_named_are_refused() -> None:
    part, parts = taken_back(b"1" * 16)
    trust = listed(revocations=(part,))
    for key in parts:
        with pytest.raises(WireError) as raised:
            Revocations(trust, {key: parts[key] + b"\0"})
        assert raised.value.code == "revocation.digest"


def test_a_named_part_must_be_sorted_and_of_its_count() -> None:
    part, parts = taken_back(b"1" * 16)
    miscounted = part.model_copy(update={"count": 2})
    with pytest.raises(WireError) as raised:
        Revocations(listed(revocations=(miscounted,)), parts)
    assert raised.value.code == "revocation.form"


def test_the_month_is_that_of_utc() -> None:
    beijing = timezone(timedelta(hours=8))

    assert revocation.month_of(datetime(2026, 12, 1, 7, 59, tzinfo=beijing)) == 202611
    assert revocation.month_of(datetime(2026, 12, 1, tzinfo=UTC)) == 202612
