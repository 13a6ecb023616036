"""The command line beside a running kiosk and server, and without them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from helpdesk.registry.columns import COLUMNS, Entry, cells_of
from invoices.face import Face
from invoices.qr_writer import write_face
from invoices.verdict import State, Verdict
from kiosk.demo.samples import Sample, read_samples
from kiosk.demo.stage import Stage
from tests.e2e.visitor import Visitor, code_on, helpdesk_command, kiosk_command, record_in

pytestmark = pytest.mark.e2e

FORM = {"verdict", "state", "source", "as_of", "compared", "advice", "record"}
on_sqlite = pytest.mark.parametrize("stage", ["sqlite"], indirect=True)


def answers(done: CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def sample(stage: Stage, label: str) -> Sample:
    return next(each for each in read_samples(stage.samples) if each.label == label)


# Each sample once a module: five checks of one invoice a day are the rule.
WORST = [
    (["match_normal_51"], 0),
    (["match_voided"], 1),
    (["match_normal_61", "mismatch_amount"], 1),
    (["mismatch_date", "bad_input_text", "match_normal_86"], 2),
    (["unsupported"], 2),
    (["not_found_10"], 1),
]


@on_sqlite
@pytest.mark.parametrize(("labels", "status"), WORST)
def test_verify_beside_a_running_kiosk_tells_each_answer_and_the_worst_status(
    visitor: Visitor, labels: list[str], status: int
) -> None:
    samples = [sample(visitor.stage, label) for label in labels]
    before = visitor.status()["today"]
    done = visitor.commands("verify", "--json", *(each.payload for each in samples))
    told = answers(done)
    assert done.returncode == status
    assert [(each["verdict"], each["state"]) for each in told] == [
        (each.verdict, each.state) for each in samples
    ]
    assert all(each.keys() == FORM for each in told)
    records = [each["record"] for each in told if each["record"]]
    assert visitor.status()["today"] == before + len(records)
    readable = [each for each in samples if each.label != "bad_input_text"]
    assert len(set(records)) == len(readable)
    for each in told:
        assert (each["source"] == "registry") == (
            each["verdict"] in {"match", "mismatch", "not_found"}
        )
        assert all(advice["text"] for advice in each["advice"])


@on_sqlite
def test_lines_in_answers_out_and_the_record_is_the_kiosks_own(
    visitor: Visitor, faces: Iterator[Face]
) -> None:
    face = next(faces)
    given = f"{write_face(face)}\n\n[bold]\n".encode()
    done = visitor.commands("verify", "--json", given=given)
    told = answers(done)
    assert [each["verdict"] for each in told] == ["match", "bad_input", "bad_input"]
    assert done.returncode == 2
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == [
        "error[scan.empty]",
        "error[qr.foreign]",
    ]
    visitor.goes_home()
    visitor.terminal.send("2")
    visitor.sees(visitor.text("history.question"))
    visitor.terminal.send_at(told[0]["record"].encode() + b"\r", 15)
    visitor.sees(visitor.text("notice.summary.record", record=told[0]["record"]))
    assert face.seller_name not in visitor.terminal.text
    visitor.leaves()


@on_sqlite
def test_verify_without_a_running_kiosk_works_in_its_place(
    stage: Stage, faces: Iterator[Face], tmp_path: Path
) -> None:
    environ = {"YANPIAO_KIOSK__DATA": str(tmp_path / "k"), "YANPIAO_KIOSK__PREFIX": "A41"}
    config = ("--config", str(stage.config))
    payload = write_face(next(faces))
    done = kiosk_command("verify", "--json", payload, *config, environ=environ)
    (told,) = answers(done)
    assert (done.returncode, told["verdict"], told["state"]) == (0, "match", "normal")
    assert told["record"].startswith("A41-")
    state = json.loads(kiosk_command("status", "--json", *config, environ=environ).stdout)
    assert (state["running"], state["today"], state["kept"]) == (False, 1, 0)


@on_sqlite
def test_without_a_server_it_cannot_tell_and_that_is_the_worst(
    stage: Stage, faces: Iterator[Face], tmp_path: Path
) -> None:
    environ = {
        "YANPIAO_KIOSK__DATA": str(tmp_path / "k"),
        "YANPIAO_KIOSK__SERVER": "http://127.0.0.1:9",  # nobody listens on "discard"
    }
    config = ("--config", str(stage.config))
    payloads = [write_face(next(faces)), "nonsense", sample(stage, "too_old").payload]
    done = kiosk_command("verify", "--json", *payloads, *config, environ=environ)
    assert [each["verdict"] for each in answers(done)] == ["unavailable", "bad_input", "too_old"]
    assert done.returncode == 3
    state = json.loads(kiosk_command("status", "--json", *config, environ=environ).stdout)
    assert (state["today"], state["kept"]) == (2, 1)


def test_read_needs_no_kiosk_no_server_and_no_configuration(faces: Iterator[Face]) -> None:
    taken = [next(faces) for _ in range(5)]
    given = "\n".join(write_face(face) for face in taken) + "\nnonsense\n"
    done = kiosk_command("read", "--json", given=given.encode())
    *told, wrong = answers(done)
    assert [each["number"] for each in told] == [face.number for face in taken]
    assert [each["kind"] for each in told] == [face.kind for face in taken]
    assert wrong.keys() == {"error", "message"}
    assert done.returncode == 2


def write_rows(path: Path, *entries: Entry) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *(cells_of(entry) for entry in entries)])
    return path


def imported(stage: Stage, path: Path) -> tuple[int, list[dict[str, Any]]]:
    done = helpdesk_command("import", str(path), "--json", "--config", str(stage.config))
    return done.returncode, answers(done)


def test_an_import_beside_the_running_server_is_seen_by_the_next_scan(
    visitor: Visitor, faces: Iterator[Face], tmp_path: Path
) -> None:
    """On SQLite the server owns the file, so that this goes through its control socket."""
    known = next(faces)
    new = replace(known, number=known.number[:-6] + "987654")  # far beyond what was issued
    visitor.scans(write_face(new))
    visitor.told(Verdict.NOT_FOUND)

    path = write_rows(tmp_path / "new.csv", Entry(new, State.NORMAL))
    status, lines = imported(visitor.stage, path)
    assert (status, lines[-1]["summary"]["added"]) == (0, 1)
    visitor.goes_home()
    visitor.scans(write_face(new))
    record = visitor.told(Verdict.MATCH, State.NORMAL)
    visitor.sees(new.seller_name)

    status, lines = imported(visitor.stage, path)
    assert (status, lines[-1]["summary"]["added"]) == (0, 0)
    later = write_rows(tmp_path / "later.csv", Entry(new, State.VOIDED))
    assert imported(visitor.stage, later)[0] == 0
    changed = replace(new, net=new.net + 100, total=new.total + 100)
    status, lines = imported(
        visitor.stage, write_rows(tmp_path / "changed.csv", Entry(changed, State.VOIDED))
    )
    assert (status, lines[0]["code"]) == (1, "invoice.changed")

    visitor.goes_home()
    visitor.scans(write_face(new))
    assert visitor.told(Verdict.MATCH, State.VOIDED) != record
    code = code_on(visitor.slip(record))
    assert record_in(code) == record

    # The slip of then: what it said, and beside it what the registry says now.
    visitor.scans(code)
    screen = visitor.shown(record, Verdict.MATCH, State.NORMAL)
    assert visitor.text("result.match.voided") in screen
    assert visitor.text("result.source.registry") not in screen
    visitor.leaves()
