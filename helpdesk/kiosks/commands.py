"""What the control socket offers of kiosks, exceptions and journals on a stick."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from helpdesk.kiosks.bureau import Bureau
from helpdesk.kiosks.errors import KiosksError
from helpdesk.wire import journal_file, strict_cbor
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.journal_form import PLAINTEXT_LENGTH

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import datetime

    from helpdesk.kiosks.inbox import Matter
    from helpdesk.kiosks.journals import Kept
    from helpdesk.kiosks.roster import FleetLine
    from helpdesk.resources import Resources
    from helpdesk.slices import JsonValue
    from helpdesk.wire.journal_batch import PushAnswer, PushBatch

ADD: Final = "kiosks.add"
LIST: Final = "kiosks.list"
FENCE: Final = "kiosks.fence"
FORGET_NAMES: Final = "kiosks.forget_names"
EXCEPTIONS: Final = "exceptions.list"
EXCEPTION: Final = "exceptions.show"
RESOLVE: Final = "exceptions.resolve"
IMPORT: Final = "journal.import"

_PAGE: Final = 200
_DEPTH: Final = 6


async def add(
    resources: Resources, params: Mapping[str, JsonValue]
) -> AsyncIterator[Mapping[str, JsonValue]]:
    """Lease a prefix: `{"kiosk", "code", "expires_at"}`. Raises `KiosksError`."""
    name, prefix = str(params.get("name", "")), str(params.get("prefix", ""))
    made = await Bureau(resources).enrolment.invite(name, prefix)
    yield {
        "kiosk": made.kiosk,
        "code": made.code,
        "expires_at": made.expires.isoformat(timespec="seconds"),
    }


async def list_kiosks(
    resources: Resources, _params: Mapping[str, JsonValue]
) -> AsyncIterator[Mapping[str, JsonValue]]:
    """Each kiosk on a line."""
    for line in await Bureau(resources).fleet.kiosks():
        yield _kiosk(line)


async def fence(
    resources: Resources, params: Mapping[str, JsonValue]
) -> AsyncIterator[Mapping[str, JsonValue]]:
    """Shut `params["kiosk"]` out: `{"kiosk", "fresh"}`. Raises `KiosksError`, `TrustError`."""
    kiosk = str(params.get("kiosk", ""))
    yield {"kiosk": kiosk, "fresh": await Bureau(resources).fleet.fence(kiosk)}


async def forget_names(
    resources: Resources, _params: Mapping[str, JsonValue]
) -> AsyncIterator[Mapping[str, JsonValue]]:
    """Forget the names that kiosks without enrolment gave themselves: `{"names": how many}`."""
    yield {"names": await Bureau(resources).named.forget()}


async def list_exceptions(
    resources: Resources, params: Mapping[str, JsonValue]
) -> AsyncIterator[Mapping[str, JsonValue]]:
    """Each matter on a line: open ones, or with `params["resolved"]` those that were."""
    inbox = Bureau(resources).inbox
    after = ""
    while True:
        page = await inbox.matters(resolved=bool(params.get("resolved")), after=after, limit=_PAGE)
        for matter in page:
            yield _matter(matter)
        if len(page) < _PAGE:
            return
        after = page[-1].id


async def show_exception(
    resources: Resources, params: Mapping[str, JsonValue]
) -> AsyncIterator[Mapping[str, JsonValue]]:
    """The matter `params["id"]`, then its first entries with what they say.

    Raises:
        KiosksError: `kiosks.exception`.
    """
    bureau = Bureau(resources)
    matter = await bureau.inbox.matter(str(params.get("id", "")))
    yield _matter(matter)
    span = matter.first_seq, matter.last_seq
    for entry in await bureau.journals.kept(matter.branch, *span, matter.code, _PAGE):
        yield {"entry": _entry(entry)}


async def resolve_exception(
    resources: Resources, params: Mapping[str, JsonValue]
) -> AsyncIterator[Mapping[str, JsonValue]]:
    """A person's note on `params["id"]`. Raises `KiosksError`."""
    inbox = Bureau(resources).inbox
    yield _matter(await inbox.resolve(str(params.get("id", "")), str(params.get("note", ""))))


async def import_journal(
    resources: Resources, params: Mapping[str, JsonValue]
) -> AsyncIterator[Mapping[str, JsonValue]]:
    """Take `params["file"]`, progress as it goes, at the end a summary of what was in it.

    Raises:
        KiosksError: `input.file` for a file that cannot be read, `journal.file` for one that is
            no export to this server, `journal.foreign`, `journal.incomplete` where entries
            between our mark and the file are missing, `journal.newer` where the kiosk is of a
            later version; or what a batch is refused for.
    """
    bureau = Bureau(resources)
    batches = await asyncio.to_thread(_opened, Path(str(params.get("file", ""))), bureau)
    summary: dict[str, Any] = {"kiosk": "", "entries": 0, "applied": 0, "refused": 0, "mark": 0}
    for done, batch in enumerate(batches, start=1):
        answer = await _pushed(bureau, batch)
        _count(summary, batch, answer)
        yield {"progress": {"done": done, "total": len(batches)}}
    yield {"summary": summary}


def _opened(path: Path, bureau: Bureau) -> tuple[PushBatch, ...]:
    try:
        return journal_file.open_file(bureau.secrets.sealing, path.read_bytes())
    except OSError as error:
        raise KiosksError("input.file", path=str(path)) from error
    except WireError as error:
        raise KiosksError(Fault.JOURNAL_FILE) from error


async def _pushed(bureau: Bureau, batch: PushBatch) -> PushAnswer:
    """All of a batch; a key that was retired since still shows who wrote it."""
    keys = [key.verifying for key in await bureau.roster.keys_of(batch.kiosk)]
    try:
        answer = await bureau.push.push(batch.kiosk, keys, batch)
    except WireError as error:
        raise KiosksError(error.code, **error.params) from error
    if answer.mark < batch.after:
        raise KiosksError("journal.incomplete", mark=str(answer.mark), after=str(batch.after))
    if answer.mark < batch.after + len(batch.entries):
        raise KiosksError("journal.newer", mark=str(answer.mark))
    return answer


def _count(summary: dict[str, Any], batch: PushBatch, answer: PushAnswer) -> None:
    summary["kiosk"] = batch.kiosk
    summary["mark"] = answer.mark
    summary["entries"] += len(batch.entries)
    for verdict in answer.verdicts:
        summary[verdict.outcome.value] += 1


def _kiosk(line: FleetLine) -> dict[str, JsonValue]:
    return {
        "kiosk": line.kiosk,
        "name": line.name,
        "standing": line.standing.value,
        "enrolled_at": _moment(line.enrolled),
        "pushed_at": _moment(line.pushed),
        "mark": line.mark,
        "exceptions": line.waiting,
    }


def _matter(matter: Matter) -> dict[str, JsonValue]:
    return {
        "id": matter.id,
        "code": matter.code,
        "kiosk": matter.kiosk,
        "first_seq": matter.first_seq,
        "last_seq": matter.last_seq,
        "entries": matter.entries,
        "told": matter.told,
        "found": matter.found,
        "opened_at": _moment(matter.opened),
        "resolved_at": _moment(matter.resolved),
        "note": matter.note,
    }


def _entry(entry: Kept) -> dict[str, JsonValue]:
    said = None
    if entry.plaintext is not None:
        said = strict_cbor.decode(entry.plaintext, depth=_DEPTH, length=PLAINTEXT_LENGTH)
    return {
        "seq": entry.seq,
        "op_id": entry.op_id,
        "kind": entry.kind,
        "outcome": entry.outcome,
        "reason": entry.reason,
        "occurred_at": _moment(entry.occurred),
        "received_at": _moment(entry.received),
        "says": cast("JsonValue", said),
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
