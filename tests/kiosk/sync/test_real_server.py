"""The kiosk's parts against the whole server over HTTP: what both sides keep agrees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from helpdesk.app import make_app
from helpdesk.app_keys import RESOURCES
from helpdesk.db import database_of, migrate
from helpdesk.kiosks.bureau import Bureau
from helpdesk.kiosks.commands import import_journal
from helpdesk.registry.columns import Entry as Invoice
from helpdesk.registry.store import RegistryStore
from helpdesk.resources import Resources
from helpdesk.wire.standing import Standing
from invoices.claim import Claim, from_face
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict
from kiosk.check_book import Delivery, Entry, NewCheck
from kiosk.helpdesk_client import HttpTransport
from kiosk.identity.rotation import LIFE
from kiosk.journal.export import Export
from kiosk.journal.story import Stories
from kiosk.online_verifier import OnlineVerifier
from tests.helpdesk.kiosks.room import TODAY, Furniture, furnish
from tests.kiosk.stand_ins import NOW, bare, counted_bytes, matched, op
from tests.kiosk.sync.room import Kiosk, kiosk_of
from tests.kiosk.sync.server_stand_in import Centre, TwoClocks
from tests.verifier_contract import known_invoices

INVOICES = known_invoices(TODAY)
NORMAL, VOIDED = from_face(INVOICES["normal"][0]), from_face(INVOICES["voided"][0])
BY_PACK = replace(matched(), source=Source.PACK, details=None)


@dataclass
class Server:
    port: int
    resources: Resources
    clock: TwoClocks
    runner: web.AppRunner

    async def unplug(self) -> None:
        """Nobody is heard on this port any more."""
        for site in list(self.runner.sites):
            await site.stop()
        assert self.runner.server is not None
        await self.runner.server.shutdown(0.1)  # 0 would be to wait without end

    async def plug(self) -> None:
        await web.TCPSite(self.runner, "127.0.0.1", self.port).start()

    @property
    def bureau(self) -> Bureau:
        return Bureau(self.resources)

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return await self.resources.database.read(sql)

    async def imported(self, file: Path) -> dict[str, Any]:
        lines = [line async for line in import_journal(self.resources, {"file": str(file)})]
        summary = lines[-1]["summary"]
        assert isinstance(summary, dict)
        return summary


@pytest.fixture
def furniture(tmp_path: Path) -> Furniture:
    (tmp_path / "server").mkdir()
    return furnish(tmp_path / "server")


@pytest.fixture
def furniture_anew(tmp_path: Path) -> Furniture:
    (tmp_path / "anew").mkdir()
    return furnish(tmp_path / "anew")


@asynccontextmanager
async def served(furniture: Furniture) -> AsyncIterator[Server]:
    clock = TwoClocks()
    async with database_of(furniture.config.database.url) as database:
        await migrate(database)
        registry = RegistryStore(database, furniture.ring)
        rows = registry.finish([Invoice(*known) for known in INVOICES.values()])
        async with database.transaction() as tx:
            await registry.add(tx, rows)
    app = make_app(furniture.config, clock=clock)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield Server(runner.addresses[0][1], app[RESOURCES], clock, runner)
    finally:
        await runner.cleanup()


@pytest_asyncio.fixture
async def server(furniture: Furniture) -> AsyncIterator[Server]:
    async with served(furniture) as running:
        yield running


@asynccontextmanager
async def kiosk_at(server: Server, folder: Path, seed: int = 1) -> AsyncIterator[Kiosk]:
    transport = HttpTransport(f"http://127.0.0.1:{server.port}")
    transport.open()
    centre = Centre(server.clock)
    try:
        async with kiosk_of(folder, centre, server.clock, seed=seed, transport=transport) as kiosk:
            if kiosk.identities.form is None:
                invitation = await server.bureau.enrolment.invite("", "A03")
                await kiosk.enrolment.enrol(invitation.code)
            yield kiosk
    finally:
        await transport.close()


def check(name: str, claim: Claim, outcome: Outcome, delivery: Delivery) -> NewCheck:
    return NewCheck(
        op_id=op(name),
        token="ABCDEFGHIJKLMNOPQRST",
        claim=claim,
        entry=Entry.SCAN,
        outcome=outcome,
        delivery=delivery,
        at=NOW,
        day=NOW.date(),
    )


async def keep(kiosk: Kiosk, name: str, claim: Claim = NORMAL) -> str:
    outcome = bare(Verdict.UNAVAILABLE)
    return (await kiosk.database.checks.add(check(name, claim, outcome, Delivery.KEPT))).record


async def judged(kiosk: Kiosk) -> list[tuple[Any, ...]]:
    return await kiosk.database.connection.fetch(
        "SELECT outcome, reason FROM journal_entries ORDER BY seq"
    )


async def test_a_kept_check_is_told_and_answered_and_counts_once(
    server: Server, tmp_path: Path
) -> None:
    async with kiosk_at(server, tmp_path / "kiosk") as kiosk:
        record = await keep(kiosk, "a")
        assert await kiosk.sync.round()
        found = await kiosk.database.checks.find(record)
        assert await judged(kiosk) == [("applied", None)]
        assert (await kiosk.database.outbox.waiting()).count == 0
    assert found is not None
    assert (found.outcome.verdict, found.outcome.state) == (Verdict.MATCH, State.NORMAL)
    assert found.outcome.source is Source.REGISTRY
    assert await server.rows("SELECT SUM(checks) FROM verification_count") == [(1,)]
    assert await server.rows("SELECT COUNT(*) FROM verification_check") == [(1,)]


async def test_a_check_that_was_answered_online_counts_once_too(
    server: Server, tmp_path: Path
) -> None:
    async with kiosk_at(server, tmp_path / "kiosk") as kiosk:
        verifier = OnlineVerifier(kiosk.calls)
        outcome = await verifier.verify(op("a"), NORMAL, 10.0)
        await kiosk.database.checks.add(check("a", NORMAL, outcome, Delivery.ANSWERED))
        assert await kiosk.sync.round()
        assert await judged(kiosk) == [("applied", None)]
    assert await server.rows("SELECT SUM(checks) FROM verification_count") == [(1,)]


async def test_what_the_pack_got_wrong_is_an_exception_there_and_put_right_here(
    server: Server, tmp_path: Path
) -> None:
    async with kiosk_at(server, tmp_path / "kiosk") as kiosk:
        new = check("a", VOIDED, BY_PACK, Delivery.PROVISIONAL)
        record = (await kiosk.database.checks.add(new)).record
        assert await kiosk.sync.round()
        assert await judged(kiosk) == [("applied", "check.differs")]
        found = await kiosk.database.checks.find(record)
        story = await Stories(kiosk.database.connection, kiosk.database.sealer).of(record)
    assert found is not None
    assert (found.outcome.state, found.outcome.source) == (State.VOIDED, Source.REGISTRY)
    (matter,) = await server.bureau.inbox.matters(resolved=False, after="", limit=9)
    assert (matter.code, matter.first_seq) == ("check.differs", 1)
    assert (story.seq, story.outcome, story.reason) == (1, "applied", "check.differs")
    assert story.says == {
        "record": record,
        "verdict": "match",
        "state": "normal",
        "source": "pack",
        "as_of": NOW.isoformat(),
    }


async def test_clocks_apart_and_a_server_started_anew_are_no_obstacle(
    server: Server, tmp_path: Path
) -> None:
    async with kiosk_at(server, tmp_path / "kiosk") as kiosk:
        await keep(kiosk, "a")
        server.resources.clock.apart = timedelta(0)  # type: ignore[attr-defined]
        assert await kiosk.sync.round()
        kiosk.clock.move(7200)
        await keep(kiosk, "b")
        assert await kiosk.sync.round()


async def test_keys_are_turned_and_the_old_one_is_dropped(server: Server, tmp_path: Path) -> None:
    async with kiosk_at(server, tmp_path / "kiosk") as kiosk:
        assert kiosk.identities.current is not None
        old = kiosk.identities.current.keyid
        kiosk.clock.move(LIFE.total_seconds())
        for _ in range(3):
            assert await kiosk.sync.round()
        new = kiosk.identities.current.keyid
        assert new != old
        keys = await server.bureau.roster.keys_of("A03")
    assert {key.keyid: key.state.value for key in keys} == {old: "retired", new: "active"}


async def test_a_fence_wipes_on_contact_and_what_was_left_to_say_is_kept(
    server: Server, tmp_path: Path
) -> None:
    async with kiosk_at(server, tmp_path / "kiosk") as kiosk:
        await keep(kiosk, "a")
        await server.bureau.fleet.fence("A03")
        for _ in range(2):
            await kiosk.sync.round()
        form = kiosk.identities.needed
        assert (form.standing, form.secrets, form.key) == (Standing.FENCED, None, None)
        assert await judged(kiosk) == [("refused", "kiosk.fenced")]
        assert kiosk.wiped
        assert await kiosk.database.checks.kept() == []
    assert len(await server.bureau.inbox.matters(resolved=False, after="", limit=9)) == 1


async def test_a_journal_on_a_stick_is_taken_and_the_next_contact_finds_it_told(
    server: Server, tmp_path: Path
) -> None:
    async with kiosk_at(server, tmp_path / "kiosk") as kiosk:
        records = [await keep(kiosk, name) for name in "abc"]
        export = Export(kiosk.database.outbox, kiosk.identities, counted_bytes(7))
        done = await export.write(tmp_path / "journal.ypj")
        assert (done.entries, done.first, done.last) == (3, 1, 3)
        summary = await server.imported(tmp_path / "journal.ypj")
        assert (summary["applied"], summary["mark"]) == (3, 3)
        assert await kiosk.sync.round()
        assert await judged(kiosk) == [("applied", None)] * 3
        found = [await kiosk.database.checks.find(record) for record in records]
    assert {item.outcome.verdict for item in found if item} == {Verdict.MATCH}
    assert await server.rows("SELECT SUM(checks) FROM verification_count") == [(3,)]


async def test_a_copied_disk_is_seen_and_both_histories_are_kept(
    server: Server, tmp_path: Path
) -> None:
    async with kiosk_at(server, tmp_path / "kiosk") as kiosk:
        await keep(kiosk, "a")
        assert await kiosk.sync.round()
    await asyncio.to_thread(copied, tmp_path / "kiosk", tmp_path / "clone")
    async with kiosk_at(server, tmp_path / "kiosk", 2) as first:
        await keep(first, "mine")
        assert await first.sync.round()
    async with kiosk_at(server, tmp_path / "clone", 3) as second:
        await keep(second, "other")
        for _ in range(2):
            await second.sync.round()
        assert second.identities.needed.standing is Standing.QUARANTINED
        assert (await judged(second))[-1][0] == "refused"
    kept = await server.rows("SELECT COUNT(*) FROM kiosks_entry")
    assert kept[0][0] >= 3


def copied(source: Path, target: Path) -> None:
    target.mkdir()
    for path in sorted(source.rglob("*")):
        if path.is_file():
            to = target / path.relative_to(source)
            to.parent.mkdir(mode=0o700, exist_ok=True)
            to.write_bytes(path.read_bytes())
            to.chmod(0o600)


async def test_a_kiosk_enrolled_anew_hears_of_what_it_asked_under_its_old_name(
    server: Server, tmp_path: Path
) -> None:
    async with kiosk_at(server, tmp_path / "kiosk") as kiosk:
        # The answer came too late for the visitor: the kiosk knows of none.
        await OnlineVerifier(kiosk.calls).verify(op("a"), NORMAL, 10.0)
        record = await keep(kiosk, "a")
        invitation = await server.bureau.enrolment.invite("", "A03")
        await kiosk.enrolment.enrol(invitation.code)
        assert kiosk.identities.needed.kiosk == "A03B"
        assert await kiosk.sync.round()
        found = await kiosk.database.checks.find(record)
    assert found is not None
    assert found.outcome.verdict is Verdict.MATCH
    assert await server.rows("SELECT SUM(checks) FROM verification_count") == [(1,)]


async def test_a_kiosk_can_be_enrolled_anew_where_the_server_lost_its_keys(
    server: Server, furniture_anew: Furniture, tmp_path: Path
) -> None:
    """The new server's answers prove nothing to a kiosk of the old one; its code does."""
    async with kiosk_at(server, tmp_path / "kiosk") as kiosk:
        record = await keep(kiosk, "a")
        assert await kiosk.sync.round()
    async with (
        served(furniture_anew) as anew,
        kiosk_at(anew, tmp_path / "kiosk", seed=2) as kiosk,
    ):
        invitation = await anew.bureau.enrolment.invite("", "A07")
        await kiosk.enrolment.enrol(invitation.code)
        assert kiosk.identities.needed.kiosk == "A07"
        assert await kiosk.sync.round()
        assert (await kiosk.database.checks.find(record)) is not None
        assert (await kiosk.sync.report()).form()["waiting"] == 0
