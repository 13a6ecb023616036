"""Vectors of the documents; `python -m tests.helpdesk.wire.vectors slip-code` prints them."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeAlias

from helpdesk.wire import (
    answer_signature,
    challenge,
    enrolment_code,
    journal_batch,
    journal_form,
    request_signature,
    revocation,
    sealed_box,
    slip_code,
    trust_list,
)
from helpdesk.wire.check_entry import CheckPayload, ClaimEntry
from helpdesk.wire.journal_kinds import KINDS
from helpdesk.wire.numbered import seconds
from helpdesk.wire.request_signature import Request
from helpdesk.wire.slip_claims import SignatureState, VerdictCode, invoice_hash
from helpdesk.wire.slip_document import document_id
from invoices.canonical import identity
from invoices.kinds import Field, Kind
from invoices.told import Told
from invoices.verdict import Source, State, Verdict
from tests.helpdesk.wire.world import (
    ISSUER,
    KIOSK,
    NOW,
    ROOT,
    SERVER,
    bundle,
    certificate,
    claims,
    header,
    listed,
    taken_back,
    trusted,
)

Json: TypeAlias = "str | int | list[Json] | dict[str, Json]"

WIDTH = 104
INVOICE_KEY = bytes(range(64, 96))
PRIVATE, EPHEMERAL = b"\x11" * 32, b"\x22" * 32
JOURNAL = bytes(range(48, 64))
OP_ID = "019ab000-0000-7000-8000-000000000001"
RECORD, TOKEN = "A03-261124-0127", "ABCDEFGHIJKLMNOPQ234"
AS_OF = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def lines(text: str) -> list[Json]:
    return [text[at : at + WIDTH] for at in range(0, len(text), WIDTH)]


def slip_vectors() -> dict[str, Json]:
    document, asked = claims().document_id, identity("", "26117000000123456789")
    part, _ = taken_back(b"\xaa" * 16, b"\xbb" * 16)
    hashes = sorted(
        revocation.document_hash(KIOSK.key.kid, item) for item in (b"\xaa" * 16, b"\xbb" * 16)
    )
    trust = listed(trusted(), trusted(SERVER, uses=(3,), holder="server"), revocations=(part,))
    told = claims(invoice=invoice_hash(INVOICE_KEY, document, asked))
    expired = claims(outdated=AS_OF, invoice=told.invoice)
    nobody = claims(
        verdict=VerdictCode.UNAVAILABLE, state=None, registry=None, invoice=told.invoice
    )
    unsigned = claims(signature=SignatureState.DEVICE_KEY_MISSING)
    return {
        "now": int(NOW.timestamp()),
        "seeds": {"root": "01 x 32", "issuer": "02 x 32", "kiosk": "03 x 32", "server": "04 x 32"},
        "public": {
            "root": ROOT.key.public.hex(),
            "issuer": ISSUER.key.public.hex(),
            "kiosk": KIOSK.key.public.hex(),
        },
        "kids": {
            "root": ROOT.key.kid.hex(),
            "issuer": ISSUER.key.kid.hex(),
            "kiosk": KIOSK.key.kid.hex(),
        },
        "invoice": [INVOICE_KEY.hex(), document.hex(), asked.hex(), (told.invoice or b"").hex()],
        "payload": lines(told.to_cbor().hex()),
        "code": lines(slip_code.issue(told, KIOSK)),
        "expired_pack_payload": lines(expired.to_cbor().hex()),
        "expired_pack": lines(slip_code.issue(expired, KIOSK)),
        "nobody_payload": lines(nobody.to_cbor().hex()),
        "nobody": lines(slip_code.issue(nobody, KIOSK)),
        "unsigned": lines(slip_code.issue(unsigned, None)),
        "document": document_vectors(),
        "revoked": [item.hex() for item in hashes],
        "certificate": lines(trust_list.certify(ROOT, certificate()).hex()),
        "bundle": lines(bundle(trust).hex()),
    }


def document_vectors() -> list[Json]:
    """What is hashed, with blanks for the zero bytes, and the document's id."""
    answers = (
        Told(Verdict.MATCH, State.NORMAL, Source.REGISTRY, AS_OF),
        Told(Verdict.MATCH, State.NORMAL, Source.PACK, AS_OF, outdated=True),
        Told(Verdict.UNAVAILABLE),
    )
    words = (
        f"match normal registry {seconds(AS_OF)}",
        f"match normal outdated {seconds(AS_OF)}",
        "unavailable   ",
    )
    ids = (document_id(RECORD, TOKEN, told).hex() for told in answers)
    return [f"{RECORD} {TOKEN} {said}: {made}" for said, made in zip(words, ids, strict=True)]


def check() -> CheckPayload:
    return CheckPayload(
        record=RECORD,
        token=TOKEN,
        claim=ClaimEntry(
            kinds=(Kind.DIGITAL_ORDINARY,),
            number="26117000000123456789",
            issued_on=datetime(2026, 3, 5, tzinfo=UTC).date(),
            amount=9159,
        ),
        verdict=Verdict.MATCH,
        state=State.NORMAL,
        source=Source.PACK,
        as_of=AS_OF,
        compared=(Field.NUMBER, Field.ISSUED_ON, Field.AMOUNT),
    )


def signed_fields(request: Request) -> dict[str, str]:
    return request_signature.sign(request, KIOSK, "A03", NOW, "AAECAwQFBgcICQoLDA0ODw")


def written(fields: dict[str, str]) -> list[Json]:
    return [f"{name}: {value}" for name, value in fields.items()]


def journal_vectors() -> dict[str, Json]:
    first = journal_form.entry(header(1), b"\x77" * 16, KINDS.write(check()))
    second = journal_form.entry(header(2, clock_suspect=True), b"\x78" * 16, b"\xa0").erased()
    genesis = journal_form.genesis(JOURNAL)
    heads = journal_form.chain(genesis, [first, second])
    batch = journal_batch.batch(KIOSK, "A03", JOURNAL, genesis, [first, second])
    receipt = SERVER.sign(journal_batch.receipt_statement("A03", JOURNAL, heads[1]))
    request = Request("POST", "helpdesk.example", "/api/v1/sync/push", "a=1", b'{"hello": "world"}')
    fields = signed_fields(request)
    times = {
        answer_signature.TIME: "2026-11-24T02:00:00.000+00:00",
        answer_signature.CHALLENGE: challenge.issue(b"s" * 32, "A03", NOW, b"12345678"),
    }
    answered = answer_signature.sign(SERVER, fields, 401, times, b"{}")
    code = bytes(range(10))
    box = sealed_box.seal(
        sealed_box.public_of(PRIVATE), b"keys", context=b"demo", ephemeral=EPHEMERAL
    )
    return {
        "journal": JOURNAL.hex(),
        "genesis": genesis.hash.hex(),
        "plaintext": lines((first.plaintext or b"").hex()),
        "headers": [first.header.to_cbor().hex(), second.header.to_cbor().hex()],
        "salts": ["77" * 16, "78" * 16],
        "contents": [first.content.hex(), second.content.hex()],
        "heads": [head.hash.hex() for head in heads],
        "head_statement": journal_batch.head_statement("A03", JOURNAL, heads[1]).hex(),
        "head_signature": lines(batch.signature.hex()),
        "receipt": lines(receipt.hex()),
        "box": [PRIVATE.hex(), EPHEMERAL.hex(), b"demo".hex(), b"keys".hex(), box.hex()],
        "request": written(fields),
        "keyed": written(signed_fields(replace(request, idempotency_key=OP_ID))),
        "answer": written(times | answered),
        "enrolment": [
            enrolment_code.make(code),
            code.hex(),
            enrolment_code.name_of(code).hex(),
            enrolment_code.proof_key(code).hex(),
        ],
    }


VECTORS = {"slip-code": slip_vectors, "journal-format": journal_vectors}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(VECTORS[sys.argv[1]](), indent=1) + "\n")
