"""Kiosks after a long outage: enrolled, with journals full of checks that nobody has heard of."""

from __future__ import annotations

import base64
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from helpdesk.control import call
from helpdesk.kiosks.commands import ADD
from helpdesk.wire import (
    check_entry,
    enrolment,
    enrolment_code,
    journal_batch,
    journal_form,
    op_id,
    sealed_box,
)
from helpdesk.wire.enrolment import EnrolmentAnswer, EnrolmentRequest, KioskKeys, ServerHello
from helpdesk.wire.journal_form import Header
from helpdesk.wire.journal_kinds import KINDS
from helpdesk.wire.signing_key import Ed25519Signer
from invoices import record
from invoices.check import Check
from invoices.claim import from_face
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import aiohttp

    from invoices.claim import Claim
    from invoices.face import Face

OUTAGE: Final = timedelta(days=14)
BATCH: Final = 250
"""As the kiosk cuts them."""


@dataclass(frozen=True)
class Journal:
    """An enrolled kiosk and what it will push, ready to be sent."""

    kiosk: str
    signer: Ed25519Signer
    bodies: list[bytes]
    marks: list[int]
    """The last number in each."""


async def journals(
    control: Path, http: aiohttp.ClientSession, faces: Sequence[Face], kiosks: int, entries: int
) -> list[Journal]:
    """Enrol so many kiosks, and write a journal of so many checks for each."""
    chance = random.Random(1)
    claims = [from_face(face) for face in faces]
    made = []
    for _ in range(kiosks):
        signer, sealing = Ed25519Signer(chance.randbytes(32)), chance.randbytes(32)
        journal = chance.randbytes(16)
        kiosk = await _enrol(control, http, signer, sealing, journal)
        bodies = list(_bodies(kiosk, signer, journal, claims, entries, chance))
        marks = [min(entries, BATCH * (place + 1)) for place in range(len(bodies))]
        made.append(Journal(kiosk, signer, bodies, marks))
    return made


async def _enrol(
    control: Path,
    http: aiohttp.ClientSession,
    signer: Ed25519Signer,
    sealing: bytes,
    journal: bytes,
) -> str:
    invited: dict[str, Any] = {}
    async for line in call(control, ADD, {}):
        invited |= line
    code = enrolment_code.parse(invited["code"])
    async with http.get(enrolment.PATH) as answer:
        hello = ServerHello.model_validate(await answer.json())
    asked = EnrolmentRequest(
        code_name=enrolment_code.name_of(code),
        kiosk=KioskKeys(signing=signer.key.public, sealing=sealed_box.public_of(sealing)),
        server=hello.keys,
        server_nonce=hello.nonce,
        kiosk_nonce=bytes(16),
        journal=journal,
        proof=bytes(32),
        possession=bytes(64),
    )
    key = enrolment_code.proof_key(code)
    asked = enrolment.proved(key, signer, asked)
    async with http.post(enrolment.PATH, json=asked.model_dump(mode="json")) as answer:
        given = EnrolmentAnswer.model_validate(await answer.json())
    return enrolment.open_answer(key, asked, given, sealing).prefix


def _bodies(
    kiosk: str,
    signer: Ed25519Signer,
    journal: bytes,
    claims: Sequence[Claim],
    entries: int,
    chance: random.Random,
) -> Iterator[bytes]:
    head = journal_form.genesis(journal)
    begun = datetime.now(UTC) - OUTAGE
    boot = chance.randbytes(16)
    waiting: list[journal_form.Entry] = []
    before = head
    for seq in range(1, entries + 1):
        at = begun + OUTAGE * seq / entries
        entry = _entry(seq, at, boot, kiosk, chance.choice(claims), chance)
        head = journal_form.following(head, entry)
        waiting.append(entry)
        if len(waiting) == BATCH or seq == entries:
            batch = journal_batch.batch(signer, kiosk, journal, before, waiting)
            yield batch.model_dump_json().encode()
            waiting, before = [], head


def _entry(
    seq: int, at: datetime, boot: bytes, kiosk: str, claim: Claim, chance: random.Random
) -> journal_form.Entry:
    moment = int(at.timestamp() * 1000)
    told = Outcome(Verdict.MATCH, State.NORMAL, Source.PACK, at, (), (), None)
    operation = op_id.make(moment, chance.randbytes(op_id.RANDOM_BYTES))
    number = record.make(kiosk, at.date(), seq)
    token = base64.b32encode(chance.randbytes(12)).decode().rstrip("=")
    payload = check_entry.payload_of(Check(operation, number, token, claim, told, at))
    header = Header(
        seq=seq,
        op_id=journal_form.operation_bytes(operation),
        kind=payload.KIND,
        hlc=moment << 16,
        boot_id=boot,
        mono_ms=seq * 1000,
        at_ms=moment,
    )
    return journal_form.entry(header, chance.randbytes(16), KINDS.write(payload))
