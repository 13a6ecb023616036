from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.wire import slip_code
from helpdesk.wire.errors import WireError
from kiosk.trust.slip_check import Worth
from kiosk.trust.store import FILE, TrustStore, TrustStoreError
from tests.helpdesk.wire.world import (
    KIOSK,
    NOW,
    ROOT,
    STRANGER,
    bundle,
    claims,
    listed,
    taken_back,
    trusted,
)
from tests.kiosk.trust.slips import check, stocked

DAY = timedelta(days=1)
PART, DATA = taken_back(claims().document_id)
(PART_BYTES,) = DATA.values()
CODE = slip_code.issue(claims(), KIOSK)


def test_nothing_is_held_before_the_first_list(tmp_path: Path) -> None:
    store = TrustStore(tmp_path)
    assert store.held() is None
    assert store.version == 0
    with pytest.raises(TrustStoreError, match=r"trust\.no_root"):
        store.accept(bundle(listed()), (), NOW)


def test_what_was_accepted_is_there_after_a_restart_for_its_owner_alone(tmp_path: Path) -> None:
    stocked(tmp_path, NOW, listed(revocations=(PART,)), PART_BYTES)
    again = TrustStore(tmp_path).held()
    assert again is not None
    assert again.trust_list == listed(revocations=(PART,))
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert check(CODE, NOW, again).fault == "slip.revoked"
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_list_is_held_beyond_its_end_so_that_its_age_can_be_told(tmp_path: Path) -> None:
    stocked(tmp_path, NOW)
    found = check(CODE, NOW + 40 * DAY, TrustStore(tmp_path).held())
    assert (found.worth, found.list_issued_at) == (Worth.UNKNOWN, NOW - 9 * DAY)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (bundle(listed(version=6)), "trust.rollback"),
        (bundle(listed(trusted(STRANGER))), "trust.fork"),
        (bundle(listed(version=8, expires=NOW - DAY)), "trust.expired"),
        (bundle(listed(version=8, issued_at=NOW + DAY)), "trust.future"),
        (bundle(listed(version=8))[:-1], "cbor.short"),
        (b"", "cbor.short"),
        (b"\x80", "trust.form"),
    ],
)
def test_a_list_that_fails_leaves_the_one_held(tmp_path: Path, data: bytes, code: str) -> None:
    store = stocked(tmp_path, NOW)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(WireError, match=code.replace(".", r"\.")):
        store.accept(data, (), NOW)
    assert (tmp_path / FILE).read_bytes() == before
    assert store.version == 7


def test_the_same_list_again_writes_nothing(tmp_path: Path) -> None:
    store = stocked(tmp_path, NOW)
    before = (tmp_path / FILE).stat()
    store.accept(bundle(listed()), (), NOW)
    assert (tmp_path / FILE).stat().st_ino == before.st_ino


def test_a_part_may_come_later_and_need_not_come_twice(tmp_path: Path) -> None:
    told = listed(revocations=(PART,))
    store = stocked(tmp_path, NOW, told)
    assert check(CODE, NOW, store.held()).fault == "slip.revocation_unknown"
    store.accept(bundle(told), (PART_BYTES,), NOW)
    assert check(CODE, NOW, store.held()).fault == "slip.revoked"
    store.accept(bundle(listed(version=8, revocations=(PART,))), (), NOW)
    assert check(CODE, NOW, store.held()).fault == "slip.revoked"
    store.accept(bundle(listed(version=9)), (), NOW)
    assert check(CODE, NOW, store.held()).worth is Worth.GOOD
    assert json.loads((tmp_path / FILE).read_text())["trust"]["parts"] == []


def test_a_part_that_the_list_does_not_name_is_refused(tmp_path: Path) -> None:
    store = stocked(tmp_path, NOW)
    with pytest.raises(WireError, match=r"revocation\.digest"):
        store.accept(bundle(listed(version=8, revocations=(PART,))), (PART_BYTES + b"\0" * 8,), NOW)
    assert store.version == 7


def test_a_part_of_another_form_is_refused(tmp_path: Path) -> None:
    store = stocked(tmp_path, NOW)
    wrong = PART.model_copy(update={"count": 2})
    with pytest.raises(WireError, match=r"revocation\.form"):
        store.accept(bundle(listed(version=8, revocations=(wrong,))), (PART_BYTES,), NOW)
    assert store.version == 7


def test_other_roots_are_a_new_enrolment(tmp_path: Path) -> None:
    store = stocked(tmp_path, NOW)
    store.pin([ROOT.key.public])
    assert store.version == 7
    store.pin([STRANGER.key.public])
    assert store.held() is None
    with pytest.raises(WireError, match=r"trust\.root"):
        store.accept(bundle(listed(version=8)), (), NOW)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", "null", '{"format": 2}', '{"format": 1, "roots": ["zz"], "trust": null}'],
)
def test_a_damaged_file_is_told_and_pinning_begins_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).touch(mode=0o600)
    (tmp_path / FILE).write_text(content)
    store = TrustStore(tmp_path)
    with pytest.raises(TrustStoreError, match=r"trust\.store"):
        store.held()
    store.pin([ROOT.key.public])
    assert store.held() is None
    store.accept(bundle(listed()), (), NOW)
    assert store.version == 7


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    store = stocked(tmp_path, NOW)
    (tmp_path / FILE).chmod(0o644)
    with pytest.raises(Exception, match=r"key\.exposed"):
        store.held()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrustStoreError, match=r"trust\.store"):
        TrustStore(tmp_path / "none").pin([ROOT.key.public])


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_no_mutated_list_is_taken(tmp_path: Path, data: st.DataObject) -> None:
    store = TrustStore(tmp_path)
    store.pin([ROOT.key.public])
    body = bytearray(bundle(listed(version=data.draw(st.integers(8, 99)))))
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(WireError):
        store.accept(bytes(body), (), NOW)
    assert store.held() is None
