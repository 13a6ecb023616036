"""A centre with kiosks that write real journals, and a clock that is set by hand."""

from __future__ import annotations

import copy
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from helpdesk.config import Config
from helpdesk.config_file import load
from helpdesk.db import Database, migrate
from helpdesk.kiosks.bureau import Bureau
from helpdesk.registry.columns import Entry as Invoice
from helpdesk.registry.store import RegistryStore
from helpdesk.resources import Resources
from helpdesk.security import KeyRing
from helpdesk.texts import Texts, load_texts
from helpdesk.wire import check_entry, enrolment, enrolment_code, journal_batch, op_id, sealed_box
from helpdesk.wire.enrolment import EnrolmentAnswer, EnrolmentRequest, Grant, KioskKeys, ServerHello
from helpdesk.wire.journal_batch import ClockReading, PushAnswer, PushBatch
from helpdesk.wire.journal_form import Entry, Head, Header, following, genesis
from helpdesk.wire.journal_form import entry as make_entry
from helpdesk.wire.journal_kinds import KINDS
from helpdesk.wire.journal_payload import JournalPayload
from helpdesk.wire.signing_key import Ed25519Signer
from invoices import record
from invoices.check import Check
from invoices.claim import Claim, from_face
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict
from tests.verifier_contract import known_invoices

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TODAY = (NOON + timedelta(hours=8)).date()
INVOICES = known_invoices(TODAY)
NORMAL = from_face(INVOICES["normal"][0])
BOOT = b"boot-of-a-kiosk!"

CONFIG = """
[helpdesk]
requests_per_minute = 0
kiosk_requests_per_minute = 0
disk_floor = 0
next_day = true
control = "control.sock"
[database]
url = "sqlite://{folder}/helpdesk.sqlite3"
[security]
keys = "keys"
"""


class HandClock:
    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def pass_(self, **time: float) -> None:
        self.at += timedelta(**time)


class ChanceIds:
    def op_id(self) -> str:
        return op_id.make(1_800_000_000_000, secrets.token_bytes(10))

    def token(self) -> str:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
        return "".join(secrets.choice(alphabet) for _ in range(20))

    def request_id(self) -> str:
        return secrets.token_hex(4)


def outcome(
    verdict: Verdict, state: State | None = None, source: Source | None = Source.PACK
) -> Outcome:
    return Outcome(verdict, state, source, NOON if source else None, (), (), None)


MATCH = outcome(Verdict.MATCH, State.NORMAL)


@dataclass
class KioskSide:
    """The keys, the journal and the acknowledged mark of one kiosk; copy it to clone its disk."""

    signer: Ed25519Signer
    sealing: bytes
    journal: bytes
    kiosk: str = ""
    entries: list[Entry] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    acknowledged: int = 0
    verdicts: dict[int, tuple[str, str | None]] = field(default_factory=dict)
    boot: bytes = BOOT

    def __post_init__(self) -> None:
        if not self.heads:
            self.heads.append(genesis(self.journal))

    @property
    def keys(self) -> KioskKeys:
        public = self.signer.key.public
        return KioskKeys(signing=public, sealing=sealed_box.public_of(self.sealing))

    def clone(self) -> KioskSide:
        return copy.copy(self)._own()

    def _own(self) -> KioskSide:
        self.entries, self.heads = list(self.entries), list(self.heads)
        self.verdicts = dict(self.verdicts)
        return self

    def check(
        self,
        claim: Claim | None = NORMAL,
        told: Outcome = MATCH,
        *,
        at: datetime = NOON,
        operation: str = "",
        prefix: str = "",
        **header: Any,
    ) -> str:
        """Write a check; its op_id."""
        operation = operation or ChanceIds().op_id()
        number = record.make(prefix or self.kiosk, at.date(), len(self.entries) + 1)
        check = Check(operation, number, ChanceIds().token(), claim, told, at)
        self.write(check_entry.payload_of(check), operation, at, **header)
        return operation

    def write(
        self, payload: JournalPayload, operation: str, at: datetime = NOON, **header: Any
    ) -> None:
        plaintext = KINDS.write(payload)
        self.write_raw(payload.KIND, plaintext, operation, at, **header)

    def write_raw(
        self, kind: str, plaintext: bytes, operation: str, at: datetime = NOON, **header: Any
    ) -> None:
        members: dict[str, Any] = {
            "seq": len(self.entries) + 1,
            "op_id": bytes.fromhex(operation.replace("-", "")),
            "kind": kind,
            "hlc": int(at.timestamp() * 1000) << 16,
            "boot_id": self.boot,
            "mono_ms": len(self.entries) * 1000,
            "at_ms": int(at.timestamp() * 1000),
        }
        made = make_entry(Header(**(members | header)), secrets.token_bytes(16), plaintext)
        self.entries.append(made)
        self.heads.append(following(self.heads[-1], made))

    def batch(
        self, after: int | None = None, to: int | None = None, clock: ClockReading | None = None
    ) -> PushBatch:
        """The batch of entries `after`+1 up to `to`; by default what is not acknowledged."""
        after = self.acknowledged if after is None else after
        return journal_batch.batch(
            self.signer,
            self.kiosk,
            self.journal,
            self.heads[after],
            self.entries[after:to],
            clock,
        )

    def hear(self, answer: PushAnswer) -> None:
        """Check the receipt against the own chain, keep verdicts and mark."""
        assert answer.head == self.heads[answer.mark].hash
        for verdict in answer.verdicts:
            told = (verdict.outcome.value, verdict.reason)
            assert self.verdicts.setdefault(verdict.seq, told) == told, "a verdict is for ever"
        self.acknowledged = answer.mark


def new_kiosk(seed: int = 0) -> KioskSide:
    unit = bytes([seed % 256, seed // 256])
    return KioskSide(Ed25519Signer(b"sign" + unit * 14), b"seal" + unit * 14, b"jrnl" + unit * 6)


def request(
    kiosk: KioskSide, code: str, hello: ServerHello, *, nonce: bytes = b"k" * 16
) -> EnrolmentRequest:
    raw = enrolment_code.parse(code)
    unproved = EnrolmentRequest(
        code_name=enrolment_code.name_of(raw),
        kiosk=kiosk.keys,
        server=hello.keys,
        server_nonce=hello.nonce,
        kiosk_nonce=nonce,
        journal=kiosk.journal,
        proof=bytes(32),
        possession=bytes(64),
    )
    return enrolment.proved(enrolment_code.proof_key(raw), kiosk.signer, unproved)


def granted(kiosk: KioskSide, code: str, asked: EnrolmentRequest, answer: EnrolmentAnswer) -> Grant:
    key = enrolment_code.proof_key(enrolment_code.parse(code))
    grant = enrolment.open_answer(key, asked, answer, kiosk.sealing)
    kiosk.kiosk = grant.kiosk
    return grant


@dataclass
class Centre:
    """The server's side, on one database; `again` is another worker, or the same after a start."""

    resources: Resources
    bureau: Bureau
    clock: HandClock

    @property
    def database(self) -> Database:
        return self.resources.database

    def again(self) -> Centre:
        return Centre(self.resources, Bureau(self.resources), self.clock)

    async def enrol(self, kiosk: KioskSide, name: str = "", prefix: str = "") -> Grant:
        invitation = await self.bureau.enrolment.invite(name, prefix)
        asked = request(kiosk, invitation.code, await self.bureau.enrolment.hello())
        return granted(kiosk, invitation.code, asked, await self.bureau.enrolment.admit(asked))

    async def kiosk(self, seed: int = 0) -> KioskSide:
        kiosk = new_kiosk(seed)
        await self.enrol(kiosk)
        return kiosk

    async def take(self, kiosk: KioskSide, batch: PushBatch) -> PushAnswer:
        keys = [key.verifying for key in await self.bureau.roster.keys_of(kiosk.kiosk)]
        return await self.bureau.push.push(kiosk.kiosk, keys, batch)

    async def push(self, kiosk: KioskSide, **cut: Any) -> PushAnswer:
        answer = await self.take(kiosk, kiosk.batch(**cut))
        kiosk.hear(answer)
        return answer

    async def drain(self, kiosk: KioskSide) -> None:
        while kiosk.acknowledged < len(kiosk.entries):
            await self.push(kiosk)

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return await self.database.read(sql)

    async def counted(self) -> int:
        rows = await self.rows("SELECT SUM(checks) FROM verification_count")
        return int(rows[0][0] or 0)


@dataclass(frozen=True)
class Furniture:
    """What is read from the disk before the loop runs."""

    config: Config
    ring: KeyRing
    texts: Texts


def furnish(folder: Path) -> Furniture:
    (folder / "config.toml").write_text(CONFIG.format(folder=folder), encoding="utf-8")
    ring = KeyRing.create(folder / "keys")
    return Furniture(load(folder / "config.toml", {}), ring, load_texts())


async def open_centre(database: Database, furniture: Furniture) -> Centre:
    """Migrate, stock with the contract's invoices, and put the slice together."""
    await migrate(database)
    ring = furniture.ring
    registry = RegistryStore(database, ring)
    async with database.transaction() as tx:
        await registry.add(tx, registry.finish([Invoice(*known) for known in INVOICES.values()]))
    clock = HandClock()
    resources = Resources(furniture.config, clock, ChanceIds(), database, ring, furniture.texts)
    return Centre(resources, Bureau(resources), clock)
