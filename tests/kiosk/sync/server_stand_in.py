"""A small server in memory that keeps the wire's rules, or breaks them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from helpdesk.wire import (
    answer_signature,
    challenge,
    enrolment,
    enrolment_code,
    journal_batch,
    journal_form,
    request_signature,
    sealed_box,
    sync,
)
from helpdesk.wire.check_entry import CheckPayload
from helpdesk.wire.enrolment import EnrolmentRequest, Grant, KioskKeys, RegionKey, ServerKeys
from helpdesk.wire.errors import WireError
from helpdesk.wire.journal_batch import EntryOutcome, EntryVerdict, PushAnswer, PushBatch
from helpdesk.wire.journal_form import Head
from helpdesk.wire.journal_kinds import KINDS
from helpdesk.wire.op_id import IDEMPOTENCY_KEY
from helpdesk.wire.request_signature import Request
from helpdesk.wire.signing_key import Ed25519Signer, VerifyingKey
from helpdesk.wire.standing import Standing
from helpdesk.wire.sync import Change, ChangesAnswer, KeyAnswer, KeyRequest, KeyState
from helpdesk.wire.verification import VerificationAnswer, from_outcome
from invoices.outcome import Outcome
from kiosk.transport import Call, Fields, Reply, TransportError
from tests.kiosk.stand_ins import HandClock, matched

CODE = enrolment_code.make(b"0123456789")
SEALING = b"\x51" * 32
RECEIPT = Ed25519Signer(b"\x52" * 32)
SERVER_KEYS = ServerKeys(receipt=RECEIPT.key.public, sealing=sealed_box.public_of(SEALING))
NONCE = "server-nonce-0001"
REGION = RegionKey(region="all", epoch=1, key=b"\x53" * 32)
ALIVE = b'{"status":"alive"}'
CHALLENGES = b"\x54" * 32

Tamper = Callable[[Reply], Reply]


class TwoClocks(HandClock):
    """The kiosk's clock, and beside it the server's, which may differ from it."""

    def __init__(self) -> None:
        super().__init__()
        self.apart = timedelta(0)
        self.passed = 0.0

    def monotonic(self) -> float:
        return 1000.0 + self.passed

    def move(self, seconds: float) -> None:
        super().move(seconds)
        self.passed += seconds

    def server_now(self) -> datetime:
        return self.at + self.apart

    def set_wrong(self, by: timedelta) -> None:
        """The kiosk's wall clock jumps; the server's does not."""
        self.at += by
        self.apart -= by


@dataclass
class Ledger:
    """What the server keeps of one journal."""

    head: Head
    verdicts: dict[int, EntryVerdict] = field(default_factory=dict)
    hashes: dict[int, bytes] = field(default_factory=dict)
    applied: list[bytes] = field(default_factory=list)

    def copy(self) -> Ledger:
        return Ledger(self.head, dict(self.verdicts), dict(self.hashes), list(self.applied))


@dataclass
class Centre:
    """`Transport` to a server in this very process. `faults` befall the calls, one after another.

    `lost`: the request never arrives; `unanswered`: it does, its answer does not; `busy`; or a
    function that alters the reply.
    """

    clock: TwoClocks
    faults: list[str | Tamper] = field(default_factory=list)
    keys: dict[str, KioskKeys] = field(default_factory=dict)
    ledgers: dict[bytes, Ledger] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    outcome: Outcome = field(default_factory=matched)
    reasons: dict[int, tuple[EntryOutcome, str]] = field(default_factory=dict)
    standing: Standing = Standing.ACTIVE
    kiosk: str = "A07"
    used_by: KioskKeys | None = None
    known_journals: set[bytes] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    counted: set[str] = field(default_factory=set)
    refusal: tuple[int, str] | None = None
    takes: int = 1000
    reconnected: int = 0
    page: int = 100
    stale_nonces: int = 0
    refetch: bool = False
    unsaid: set[int] = field(default_factory=set)
    """Entries that are taken, and left out of the verdicts."""

    authority = "centre.example"

    async def reconnect(self) -> None:
        self.reconnected += 1

    async def exchange(self, call: Call, deadline: float, limit: int = 0) -> Reply:
        await asyncio.sleep(0)
        self.asked.append(f"{call.method} {call.path}")
        fault = self.faults.pop(0) if self.faults else None
        if fault == "lost":
            raise TransportError("server.timeout", passing=True)
        if fault == "busy":
            return Reply(503, Fields({"Retry-After": "7"}), b"")
        reply = self._answer(call)
        if fault == "unanswered":
            raise TransportError("server.reset", passing=True)
        return fault(reply) if callable(fault) else reply

    def _answer(self, call: Call) -> Reply:
        if call.path == enrolment.PATH:
            return self._enrolment(call)
        if call.path == "/livez" and request_signature.SIGNATURE not in call.headers:
            return Reply(200, Fields(), ALIVE)
        status, body, extra = self._signed(call)
        signed = answer_signature.sign(RECEIPT, call.headers, status, Fields(extra), body)
        return Reply(status, Fields({**extra, **signed}), body)

    def _signed(self, call: Call) -> tuple[int, bytes, dict[str, str]]:
        key = Fields(call.headers).get(IDEMPOTENCY_KEY)
        request = Request(call.method, self.authority, call.path, call.query, call.body, key)
        now = self.clock.server_now()
        try:
            found = request_signature.verify(
                request, Fields(call.headers), self._key, now, self._answers
            )
        except WireError as error:
            extra = {}
            if error.code == "signature.skew":
                named = Fields(call.headers)[request_signature.SIGNATURE_INPUT]
                keyid = named.partition('keyid="')[2].partition('"')[0]
                extra = {
                    answer_signature.CHALLENGE: challenge.issue(CHALLENGES, keyid, now, b"12345678")
                }
            return 401, problem(error.code), extra
        self._activate(found.keyid)
        if self.refusal is not None and call.path == journal_batch.PATH:
            status, code = self.refusal
            return status, problem(code), {}
        if self.standing is not Standing.ACTIVE and call.path != journal_batch.PATH:
            return 403, problem(sync.FENCED), {}
        if self.refetch and call.path == sync.CHANGES_PATH and call.query:
            self.refetch = False
            return 410, problem(sync.MUST_REFETCH), {}
        return 200, self._routed(call), {}

    def _routed(self, call: Call) -> bytes:
        if call.path == "/livez":
            return ALIVE
        if call.path == journal_batch.PATH:
            return self._push(PushBatch.model_validate_json(call.body)).model_dump_json().encode()
        if call.path == sync.CHANGES_PATH:
            return self._changed(call.query)
        if call.path == sync.KEY_PATH:
            return self._register(KeyRequest.model_validate_json(call.body))
        self.counted.add(Fields(call.headers)["Idempotency-Key"])
        answer: VerificationAnswer = from_outcome(self.outcome, "W-261124-0001", lambda _: "x")
        return answer.model_dump_json().encode()

    # Keys.

    def _key(self, keyid: str) -> VerifyingKey | None:
        found = self.keys.get(keyid)
        return VerifyingKey(found.signing) if found else None

    def _answers(self, keyid: str, nonce: str) -> bool:
        return challenge.holds(CHALLENGES, keyid, nonce, self.clock.server_now())

    def _register(self, asked: KeyRequest) -> bytes:
        sync.check_key_request(asked, self.kiosk)
        keyid = sync.key_id(self.kiosk, asked.keys.signing)
        self.keys[keyid] = asked.keys
        return KeyAnswer(keyid=keyid, state=KeyState.REGISTERED).model_dump_json().encode()

    def _activate(self, keyid: str) -> None:
        if keyid != next(iter(self.keys)):
            self.keys = {keyid: self.keys[keyid]}

    # Enrolment.

    def _enrolment(self, call: Call) -> Reply:
        if call.method == "GET":
            hello = enrolment.ServerHello(keys=SERVER_KEYS, nonce=NONCE)
            return Reply(200, Fields(), hello.model_dump_json().encode())
        request = EnrolmentRequest.model_validate_json(call.body)
        proof_key = enrolment_code.proof_key(enrolment_code.parse(CODE))
        try:
            enrolment.check_request(proof_key, request, SERVER_KEYS, self._issued)
        except WireError as error:
            status = 409 if error.code == "enrolment.nonce" else 403
            return Reply(status, Fields(), problem(error.code))
        if self.used_by not in {None, request.kiosk} or request.journal in self.known_journals:
            return Reply(403, Fields(), problem("enrolment.used"))
        self.used_by = request.kiosk
        self.standing = Standing.ACTIVE
        self.keys = {sync.key_id(self.kiosk, request.kiosk.signing): request.kiosk}
        grant = Grant(
            kiosk=self.kiosk,
            centre="HD01",
            prefix=self.kiosk,
            trust=b"",
            region_keys=(REGION,),
            invoice_key=b"\x55" * 32,
        )
        answer = enrolment.answer(proof_key, request, grant, b"\x56" * 32)
        return Reply(200, Fields(), answer.model_dump_json().encode())

    def _issued(self, nonce: str) -> bool:
        stale, self.stale_nonces = self.stale_nonces > 0, max(0, self.stale_nonces - 1)
        return nonce == NONCE and not stale

    # Journal.

    def ledger(self, journal: bytes) -> Ledger:
        return self.ledgers.setdefault(journal, Ledger(journal_form.genesis(journal)))

    def _push(self, batch: PushBatch) -> PushAnswer:
        ledger = self.ledger(batch.journal)
        signing = next(iter(self.keys.values())).signing
        links = journal_batch.check_batch(batch, VerifyingKey(signing))
        verdicts: tuple[EntryVerdict, ...] = ()
        if batch.after <= ledger.head.seq:
            fresh = journal_batch.beyond(ledger.head, batch, links, ledger.hashes.get)
            for link in fresh[: self.takes]:
                seq = link.head.seq
                outcome, reason = self.reasons.get(seq, (EntryOutcome.APPLIED, None))
                ledger.verdicts[seq] = EntryVerdict(seq=seq, outcome=outcome, reason=reason)
                ledger.hashes[seq] = link.head.hash
                ledger.applied.append(link.entry.header.op_id)
                ledger.head = link.head
                payload = KINDS.read(link.entry.header.kind, link.entry.plaintext or b"")
                assert isinstance(payload, CheckPayload)
            seqs = [link.head.seq for link in links if link.head.seq <= ledger.head.seq]
            verdicts = tuple(ledger.verdicts[seq] for seq in seqs if seq not in self.unsaid)
        statement = journal_batch.receipt_statement(batch.kiosk, batch.journal, ledger.head)
        return PushAnswer(
            mark=ledger.head.seq,
            head=ledger.head.hash,
            verdicts=verdicts,
            receipt_kid=RECEIPT.key.kid,
            receipt=RECEIPT.sign(statement),
            server_time=self.clock.server_now(),
            standing=self.standing,
        )

    # Changes.

    def _changed(self, query: str) -> bytes:
        cursor = parse_qs(query).get("cursor", ["0"])[0]
        start = int(cursor)
        taken = self.changes[start : start + self.page]
        answer = ChangesAnswer(
            changes=tuple(taken),
            cursor=str(start + len(taken)),
            more=start + len(taken) < len(self.changes),
            standing=self.standing,
            server_time=self.clock.server_now(),
        )
        return answer.model_dump_json().encode()


def problem(code: str) -> bytes:
    return json.dumps({"title": "x", "status": 400, "code": code}).encode()
