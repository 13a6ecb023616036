"""Somebody writes SQL into the server's database, without a key file: what he puts in is found.

Not found by the row itself is a whole row put back just as it was, version included: to see that
takes a witness outside of the database (ADR 7 says so).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from helpdesk.db import Database
from helpdesk.kiosks.roster import KioskStanding
from helpdesk.registry.columns import Entry
from helpdesk.registry.errors import RegistryError
from helpdesk.registry.store import RegistryStore
from helpdesk.row_marks import mark_rows, needs_marks
from helpdesk.security.errors import SealError
from helpdesk.trust.authority import open_authority
from helpdesk.trust.book import TABLE, KeyRows
from helpdesk.trust.errors import TrustError
from helpdesk.wire.signing_key import kid_of
from helpdesk.wire.sync import key_id
from invoices.verdict import State
from tests.helpdesk.conftest import *  # noqa: F403 - the databases of the server's tests
from tests.helpdesk.kiosks.room import INVOICES, Centre, furnish, new_kiosk, open_centre

ROUNDS = 300
COLUMNS = ("state", "sealed", "version")


@pytest_asyncio.fixture
async def centre(database: Database, tmp_path: Any) -> Centre:
    return await open_centre(database, await asyncio.to_thread(furnish, tmp_path))


@dataclass
class Registry:
    """A registry, and every (state, sealed, version) that a row ever had, as a thief kept them."""

    database: Database
    store: RegistryStore
    entries: dict[str, Entry]
    history: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    async def of(cls, centre: Centre) -> Registry:
        store = RegistryStore(centre.database, centre.resources.keys)
        entries = {}
        for face, state in INVOICES.values():
            entries[store.identity(face.code, face.number)] = Entry(face, state)
        made = cls(centre.database, store, entries)
        await made.remember()
        return made

    async def rows(self) -> dict[str, dict[str, Any]]:
        found = await self.database.read(
            "SELECT identity, state, sealed, version FROM registry_invoice"
        )
        return {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in found}

    async def remember(self) -> None:
        for identity, row in (await self.rows()).items():
            self.history.setdefault(identity, []).append(row)

    async def change(self, identity: str, state: State) -> None:
        """As an import does it."""
        entry = Entry(self.entries[identity].face, state)
        async with self.database.transaction() as tx:
            await self.store.serialise(tx)
            await self.store.change(tx, self.store.finish([entry]))
        self.entries[identity] = entry
        await self.remember()

    async def put(self, identity: str, row: dict[str, Any]) -> None:
        async with self.database.transaction() as tx:
            await tx.execute(
                "UPDATE registry_invoice SET state = $2, sealed = $3, version = $4"
                " WHERE identity = $1",
                identity,
                *(row[name] for name in COLUMNS),
            )

    async def found(self, identity: str) -> bool:
        """Whether the server refuses the row, both ways in which it reads one."""
        refused = []
        for read in (self._one, self._several):
            try:
                entry = await read(identity)
            except (SealError, RegistryError):
                refused.append(True)
            else:
                refused.append(False)
                assert entry == self.entries[identity], "a lie was believed"
        assert refused[0] == refused[1]
        return refused[0]

    async def _one(self, identity: str) -> Entry | None:
        return await self.store.find(identity)

    async def _several(self, identity: str) -> Entry | None:
        return self.store.opened(identity, await self.store.known([identity]))


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_row_put_together_of_others_or_of_its_own_past_is_found(
    centre: Centre, seed: int
) -> None:
    registry, chance = await Registry.of(centre), random.Random(seed)
    identities = sorted(registry.entries)
    for identity in chance.sample(identities, 3):
        await registry.change(identity, State.VOIDED)
    await registry.change(identities[0], State.RED_FULL)
    now = await registry.rows()
    assert [identity for identity in identities if await registry.found(identity)] == []
    swaps = found = 0
    for _ in range(ROUNDS):
        identity = chance.choice(identities)
        spoiled = now[identity] | mixed(registry, chance, identity)
        if spoiled in registry.history[identity]:
            continue  # the whole row of one moment: see above
        swaps += 1
        await registry.put(identity, spoiled)
        found += await registry.found(identity)
        await registry.put(identity, now[identity])
    assert swaps > ROUNDS / 3
    assert found == swaps
    assert [identity for identity in identities if await registry.found(identity)] == []


def mixed(registry: Registry, chance: random.Random, identity: str) -> dict[str, Any]:
    """Some columns of another row, or of this one as it was before; never all of one moment."""
    other = chance.choice(sorted(registry.entries))
    past = chance.choice(registry.history[other])
    names: Sequence[str] = chance.choice(
        [("state",), ("sealed",), ("version",), ("state", "sealed"), ("sealed", "version")]
        + ([] if other == identity else [COLUMNS])
    )
    return {name: past[name] for name in names}


async def test_a_voided_invoice_is_not_made_normal_by_its_former_seal(centre: Centre) -> None:
    registry = await Registry.of(centre)
    face, _ = INVOICES["normal"]
    identity = registry.store.identity(face.code, face.number)
    await registry.change(identity, State.VOIDED)
    before, after = registry.history[identity]
    await registry.put(identity, after | {name: before[name] for name in ("state", "sealed")})
    with pytest.raises(SealError, match=r"seal\.broken"):
        await registry.store.find(identity)


async def test_rows_that_were_changed_before_seals_were_bound_to_versions_still_open(
    centre: Centre,
) -> None:
    """The migration counts them as first versions, whose seal is the former one."""
    registry = await Registry.of(centre)
    face, _ = INVOICES["normal"]
    identity = registry.store.identity(face.code, face.number)
    (former,) = registry.store.finish([Entry(face, State.VOIDED)])
    await registry.put(identity, {"state": "voided", "sealed": former.sealed, "version": 2})
    async with centre.database.transaction() as tx:
        await tx.execute("UPDATE registry_invoice SET version = 1 WHERE version <> 1")
    entry = await registry.store.find(identity)
    assert entry is not None
    assert entry.state is State.VOIDED


TRUST = {
    "kiosks_key": ("keyid", ("kiosk", "signing", "sealing", "state", "since_ms", "mac")),
    "kiosks_kiosk": ("kiosk", ("standing", "mac")),
    "trust_key": (
        "kid",
        ("public", "uses", "centre", "holder", "not_before", "not_after", "revoked_at", "mac"),
    ),
}


@dataclass
class TrustRows:
    """The rows that decide whom to trust, in the hands of somebody with SQL."""

    centre: Centre
    table: str

    async def rows(self) -> dict[str, dict[str, Any]]:
        name, columns = TRUST[self.table]
        found = await self.centre.rows(f"SELECT {name}, {', '.join(columns)} FROM {self.table}")  # noqa: S608 - constants
        return {row[0]: dict(zip(columns, row[1:], strict=True)) for row in found}

    async def put(self, name: str, row: dict[str, Any]) -> None:
        key, columns = TRUST[self.table]
        changes = ", ".join(f"{column} = ${at}" for at, column in enumerate(columns, start=2))
        async with self.centre.database.transaction() as tx:
            sql = f"UPDATE {self.table} SET {changes} WHERE {key} = $1"  # noqa: S608 - constants
            await tx.execute(sql, name, *(row[column] for column in columns))

    async def found(self, name: str) -> bool:
        """Whether the row is neither believed nor kept silent about."""
        roster = self.centre.bureau.roster
        if self.table == "kiosks_key":
            return await roster.key(name) is None and bool(await roster.foreign_rows())
        if self.table == "kiosks_kiosk":
            (key,) = await roster.keys_of(name)
            return key.standing is KioskStanding.QUARANTINED and name in await roster.foreign_rows()
        rows = KeyRows(self.centre.database, self.centre.resources.keys.row_mac(TABLE))
        listed = {kid_of(key.public).hex() for key in await rows.all()}
        return name not in listed and name in rows.foreign


@pytest.mark.parametrize("table", TRUST)
async def test_rows_that_decide_whom_to_trust_are_believed_as_the_server_wrote_them(
    centre: Centre, table: str
) -> None:
    for seed in range(6):
        await centre.kiosk(seed)
    held, chance = TrustRows(centre, table), random.Random(table)
    now = await held.rows()
    names, columns = sorted(now), TRUST[table][1]
    assert [name for name in names if await held.found(name)] == []
    swaps = found = 0
    for _ in range(ROUNDS // 3):
        name, other = chance.sample(names, 2)
        chosen = chance.sample(columns, chance.randint(1, len(columns)))
        spoiled = now[name] | {column: now[other][column] for column in chosen}
        if chance.random() < 0.5:
            spoiled |= lied(chance, table)
        if spoiled == now[name]:
            continue
        swaps += 1
        await held.put(name, spoiled)
        found += await held.found(name)
        await held.put(name, now[name])
    assert swaps > ROUNDS / 6
    assert found == swaps
    assert [name for name in names if await held.found(name)] == []


def lied(chance: random.Random, table: str) -> dict[str, Any]:
    """What somebody would like to have there."""
    lies: dict[str, list[dict[str, Any]]] = {
        "kiosks_key": [{"state": "registered"}, {"since_ms": 1}, {"mac": None}],
        "kiosks_kiosk": [{"standing": "fenced"}, {"standing": "added"}, {"mac": bytes(16)}],
        "trust_key": [{"uses": "1"}, {"revoked_at": 1}, {"not_after": 1 << 40}, {"mac": None}],
    }
    return chance.choice(lies[table])


async def test_a_key_that_somebody_inserted_is_in_no_list_and_signs_no_request(
    centre: Centre,
) -> None:
    kiosk = await centre.kiosk(1)
    await centre.bureau.noticeboard.refresh()
    assert await centre.bureau.inbox.matters() == ()
    thief = new_kiosk(9)
    async with centre.database.transaction() as tx:
        await tx.execute(
            "INSERT INTO kiosks_key (keyid, kiosk, signing, sealing, state, since_ms)"
            " VALUES ($1, $2, $3, $4, 'active', 1)",
            keyid := key_id(kiosk.kiosk, thief.keys.signing),
            kiosk.kiosk,
            thief.keys.signing,
            thief.keys.sealing,
        )
        await tx.execute(
            "INSERT INTO trust_key (kid, public, uses, centre, holder, not_before, not_after)"
            " VALUES ($1, $2, '1,2', 'C01', $3, 0, 4000000000)",
            thief.signer.key.kid.hex(),
            thief.keys.signing.hex(),
            kiosk.kiosk,
        )
    assert await centre.bureau.roster.key(keyid) is None
    authority = open_authority(centre.resources)
    assert thief.keys.signing not in {key.public for key in await authority.keys()}
    with pytest.raises(TrustError, match=r"trust\.rows"):
        await centre.enrol(thief)
    centre.clock.pass_(minutes=2)
    await centre.bureau.noticeboard.refresh()
    (matter,) = await centre.bureau.inbox.matters()
    assert matter.code == "trust.rows"


async def test_rows_of_before_there_were_marks_are_marked_once_while_migrating(
    centre: Centre,
) -> None:
    kiosk = await centre.kiosk(1)
    async with centre.database.transaction() as tx:
        for table in TRUST:
            await tx.execute(f"UPDATE {table} SET mac = NULL")  # noqa: S608 - constants
    assert await centre.bureau.roster.keys_of(kiosk.kiosk) == ()
    assert needs_marks(["kiosks.0003_marks", "trust.0002_marks"])
    assert not needs_marks(["kiosks.0002_named"])
    assert await mark_rows(centre.database, centre.resources.keys) == 3
    (key,) = await centre.bureau.roster.keys_of(kiosk.kiosk)
    assert key.standing is KioskStanding.ACTIVE
    assert await centre.bureau.roster.foreign_rows() == ()
    assert len(await open_authority(centre.resources).keys()) == 1
