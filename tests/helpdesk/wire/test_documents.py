"""The vectors of the documents are what this code makes, and what it accepts."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from helpdesk.wire import journal_form, sealed_box, slip_code, trust_list
from helpdesk.wire.check_entry import CheckPayload
from helpdesk.wire.faults import Fault
from helpdesk.wire.journal_form import Entry
from helpdesk.wire.journal_kinds import KINDS
from helpdesk.wire.numbered import Numbered
from helpdesk.wire.pack_manifest import Manifest, PackFile
from helpdesk.wire.revocation import Revocations
from helpdesk.wire.slip_claims import SlipClaims, SlipType, StateCode, VerdictCode
from helpdesk.wire.trust_list import IssuerCertificate, RevocationPart, TrustedKey, TrustList
from tests.helpdesk.wire.vectors import VECTORS
from tests.helpdesk.wire.world import KIOSK, NOW, ROOT

DOCUMENTS = Path(__file__).parents[3] / "docs"


def text_of(name: str) -> str:
    return (DOCUMENTS / f"{name}.md").read_text(encoding="utf-8")


def written(name: str) -> dict[str, Any]:
    found = re.findall(r"```json\n(.*?)```", text_of(name), re.DOTALL)
    assert len(found) == 1
    parsed: dict[str, Any] = json.loads(found[0])
    return parsed


def whole(parts: list[str]) -> str:
    return "".join(parts)


@pytest.mark.parametrize("name", list(VECTORS))
def test_the_vectors_are_what_the_code_makes(name: str) -> None:
    assert written(name) == json.loads(json.dumps(VECTORS[name]()))


def test_the_slip_of_the_document_holds_by_its_own_trust_list() -> None:
    vectors = written("slip-code")
    bundle = bytes.fromhex(whole(vectors["bundle"]))
    trust = trust_list.accept(bundle, (ROOT.key,), NOW).trust_list
    part = trust.revocations[0]
    data = bytes.fromhex(whole(vectors["revoked"]))
    known = Revocations(trust, {(part.kid, part.month): data})

    slip = slip_code.verify(whole(vectors["code"]), trust, known, NOW)

    assert slip.claims.to_cbor().hex() == whole(vectors["payload"])
    for name in ("expired_pack", "nobody"):
        other = slip_code.verify(whole(vectors[name]), trust, known, NOW).claims
        assert other.to_cbor().hex() == whole(vectors[f"{name}_payload"])
    assert slip_code.unsigned_claims(whole(vectors["unsigned"])).record == slip.claims.record


def test_the_journal_of_the_document_leads_where_it_says() -> None:
    vectors = written("journal-format")
    plaintext = bytes.fromhex(whole(vectors["plaintext"]))
    headers, contents = (
        [bytes.fromhex(text) for text in vectors[name]] for name in ("headers", "contents")
    )
    entries = [
        Entry(journal_form.read_header(headers[0]), contents[0], b"\x77" * 16, plaintext),
        Entry(journal_form.read_header(headers[1]), contents[1], None, None),
    ]

    heads = journal_form.chain(journal_form.genesis(bytes.fromhex(vectors["journal"])), entries)

    assert [head.hash.hex() for head in heads] == vectors["heads"]
    assert isinstance(KINDS.read("check", plaintext), CheckPayload)
    statement = bytes.fromhex(vectors["head_statement"])
    assert KIOSK.key.holds(bytes.fromhex(whole(vectors["head_signature"])), statement)


def test_the_box_of_the_document_opens() -> None:
    private, _, context, plain, box = map(bytes.fromhex, written("journal-format")["box"])

    assert sealed_box.unseal(private, box, context=context) == plain


def test_the_digest_of_the_documents_request_is_of_its_body() -> None:
    digest = written("journal-format")["request"][0]

    assert len(base64.b64decode(digest.removeprefix("Content-Digest: sha-256=:")[:-1])) == 32


RECORDS: list[tuple[type[Numbered], str]] = [
    (SlipClaims, "slip-code"),
    (TrustedKey, "slip-code"),
    (TrustList, "slip-code"),
    (RevocationPart, "slip-code"),
    (IssuerCertificate, "slip-code"),
    (Manifest, "pack-format"),
    (PackFile, "pack-format"),
]


@pytest.mark.parametrize(("record", "name"), RECORDS)
def test_every_number_of_a_record_is_in_the_document(record: type[Numbered], name: str) -> None:
    text = text_of(name)
    lacking = [name for name, at in record.NUMBERS.items() if f"| {at} | {name} |" not in text]
    assert lacking == []


def test_every_member_of_the_header_and_the_check_is_in_the_document() -> None:
    text = text_of("journal-format")
    rows = [f"| {at} | {name} |" for name, at in journal_form.Header.NUMBERS.items()]
    rows += [f"`{name}`" for name in CheckPayload.model_fields]
    assert [row for row in rows if row not in text] == []


@pytest.mark.parametrize("code", [*SlipType, *VerdictCode, *StateCode])
def test_every_code_is_in_the_document(code: SlipType | VerdictCode | StateCode) -> None:
    assert f"{code.value} {code.name.lower()}" in text_of("slip-code")


def test_every_refusal_is_in_a_document() -> None:
    texts = "".join(map(text_of, ("slip-code", "journal-format", "pack-format")))
    assert [fault for fault in Fault if f"`{fault}`" not in texts] == []
