"""Mutated slips and lists, as many as `FUZZ_ROUNDS` says: none is believed, none goes uncaught."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any, Final

import base45

from helpdesk.wire import slip_code, trust_list
from helpdesk.wire.errors import WireError
from helpdesk.wire.slip_claims import SignatureState, VerdictCode
from kiosk.trust.slip_check import Worth
from kiosk.trust.store import FILE, TrustStore, TrustStoreError
from tests.helpdesk.wire.world import KIOSK, NOW, ROOT, bundle, claims, listed
from tests.kiosk.trust.slips import check, held, stocked

ROUNDS: Final = int(os.environ.get("FUZZ_ROUNDS", "2000"))
BASES: Final[list[dict[str, Any]]] = [
    {},
    {"pack": NOW},
    {"outdated": NOW},
    {"verdict": VerdictCode.UNAVAILABLE, "state": None, "registry": None},
]
GENUINE: Final = [slip_code.issue(claims(**basis), KIOSK) for basis in BASES]
UNSIGNED: Final = [
    slip_code.issue(
        claims(signature=SignatureState.DEVICE_KEY_MISSING, invoice=None, **basis), None
    )
    for basis in BASES
]


def mutated(chance: random.Random, whole: bytes) -> bytes:
    data = bytearray(whole)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                del data[at:]
            case 2:
                data.insert(at, chance.randrange(256))
            case 3:
                data[at : at + chance.randrange(1, 9)] = chance.randbytes(chance.randrange(9))
            case _:
                data[at:at] = data[at : at + chance.randrange(40)]
    return bytes(data)


def test_no_mutated_slip_is_believed() -> None:
    chance = random.Random(20261124)
    by = held()
    codes = GENUINE + UNSIGNED
    for whole in codes:
        message = base45.b45decode(whole.removeprefix("FP1:"))
        for round_ in range(ROUNDS // len(codes)):
            if round_ % 2:
                text = "FP1:" + str(base45.b45encode(mutated(chance, message)), "ascii")
            else:
                text = mutated(chance, whole.encode()).decode("latin-1")
            if text not in codes:
                found = check(text, NOW, by)
                assert found.worth is not Worth.GOOD
                assert found.fault is not None
                assert found.claims is None or found.fault == "slip.unsigned"


def test_no_mutated_list_is_accepted() -> None:
    chance = random.Random(1124)
    whole, roots = bundle(listed()), [ROOT.key]
    for _ in range(ROUNDS):
        data = mutated(chance, whole)
        if data == whole:
            continue
        try:
            trust_list.accept(data, roots, NOW)
        except WireError:
            continue
        raise AssertionError(data.hex())


def test_no_mutated_file_of_a_list_is_trusted(tmp_path: Path) -> None:
    chance = random.Random(2611)
    store: TrustStore = stocked(tmp_path, NOW)
    path = tmp_path / FILE
    whole = path.read_bytes()
    genuine = store.held()
    assert genuine is not None
    for _ in range(max(1, ROUNDS // 10)):
        path.write_bytes(mutated(chance, whole))
        try:
            found = TrustStore(tmp_path).held()
        except TrustStoreError:
            continue
        assert found is None or found.trust_list == genuine.trust_list
