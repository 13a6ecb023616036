"""From the registry's file to an offline answer on the command line, and to the end by a fence."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kiosk.demo.samples import read_samples
from kiosk.demo.stage import Stage

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Town:
    """A demo without a screen: server, registry, and an enrolled kiosk with packs."""

    stage: Stage

    def run(self, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments, "--config", str(self.stage.config)],
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT), "LANG": "C"},
        )
        assert "Traceback" not in done.stderr
        return done

    def offline(self, payload: str) -> tuple[int, dict[str, Any]]:
        done = self.run("kiosk", "verify", "--offline", "--json", payload)
        return done.returncode, json.loads(done.stdout)

    def payload(self, label: str) -> str:
        samples = read_samples(self.stage.samples)
        return next(sample.payload for sample in samples if sample.label == label)

    def void(self, payload: str) -> None:
        """The registry hears that this invoice was voided, by a file as any other."""
        number = payload.split(",")[3]
        with (self.stage.folder / "registry.csv").open(encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        told = [{**row, "state": "voided"} for row in rows if row["number"] == number]
        assert len(told) == 1
        path = self.stage.folder / "voided.csv"
        with path.open("w", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(told[0]))
            writer.writeheader()
            writer.writerows(told)
        assert self.run("helpdesk", "import", str(path)).returncode == 0


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    with Stage(today, 2000, keep=tmp_path_factory.mktemp("town")) as stage:
        assert stage.packs
        yield Town(stage)


@pytest.mark.e2e
def test_the_way_of_a_void_and_the_end_by_a_fence(town: Town) -> None:
    payload = town.payload("match_normal_31")
    town.stage.stop_server()
    status, answer = town.offline(payload)
    assert (status, answer["verdict"], answer["state"]) == (0, "match", "normal")
    assert answer["source"] == "pack"
    assert answer["record"]
    # The same without being told that it is offline.
    done = town.run("kiosk", "verify", "--json", payload)
    assert json.loads(done.stdout)["source"] == "pack"

    town.stage.start_server()
    town.void(payload)
    built = town.run("helpdesk", "packs", "build", "--json")
    assert json.loads(built.stdout)["built"] >= 1
    proved = town.run("helpdesk", "packs", "verify", "--json")
    lines = [json.loads(line) for line in proved.stdout.splitlines()]
    assert proved.returncode == 0
    assert all(line["ok"] for line in lines)
    public = town.stage.folder / "packs" / "public"
    taken = town.run("kiosk", "packs", "import", str(public), "--json")
    assert (taken.returncode, json.loads(taken.stdout)["taken"]) == (0, True)
    fetched = town.run("kiosk", "packs", "fetch", "--json")
    assert json.loads(fetched.stdout)["taken"] is False
    status, answer = town.offline(payload)
    assert (status, answer["state"]) == (1, "voided")

    assert town.run("kiosk", "sync", "now", "--json").returncode == 0
    listed = [
        json.loads(each)
        for each in town.run("helpdesk", "packs", "list", "--json").stdout.splitlines()
    ]
    assert any(row["pack"].startswith("ovr-") for row in listed)

    assert town.run("helpdesk", "kiosks", "fence", "A03", "--yes").returncode == 0
    town.run("kiosk", "sync", "now")
    assert not (town.stage.folder / "kiosk" / "packs").exists()
    done = town.run("kiosk", "verify", "--offline", "--json", payload)
    assert done.returncode == 3
    assert done.stderr.startswith("error[pack.no_key]")
    assert json.loads(done.stdout)["verdict"] == "unavailable"


@pytest.mark.e2e
def test_a_broken_pack_is_found_by_name(town: Town) -> None:
    public = town.stage.folder / "packs" / "public"
    path = min(public.glob("*.fpk"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"\x00")
    done = town.run("helpdesk", "packs", "verify")
    path.write_bytes(whole)
    assert done.returncode == 1
    assert f"error[pack.damaged]: {path.name}" in done.stderr


@pytest.mark.e2e
def test_new_pack_keys_reach_a_kiosk_that_is_enrolled_already(town: Town) -> None:
    """The epoch is bumped in the server's configuration; nothing is done at the kiosk by hand."""
    payload, stage = town.payload("match_normal_31"), town.stage
    enrolled_again(town)
    status, before = town.offline(payload)
    assert before["source"] == "pack"
    stage.stop_server()
    config = stage.config.read_text(encoding="utf-8")
    assert "[packs]\n" in config
    stage.config.write_text(config.replace("[packs]\n", "[packs]\nepoch = 2\n"), encoding="utf-8")
    stage.start_server()
    built = town.run("helpdesk", "packs", "build", "--json")
    assert json.loads(built.stdout)["built"] >= 1
    refused = town.run("kiosk", "packs", "fetch", "--json")
    assert "pack.foreign_key" in refused.stdout + refused.stderr
    assert town.offline(payload)[0] == status, "the old packs answer until there is a key"
    assert town.run("kiosk", "sync", "now", "--json").returncode == 0
    fetched = town.run("kiosk", "packs", "fetch", "--json")
    assert json.loads(fetched.stdout)["taken"] is True
    stage.stop_server()
    after, answer = town.offline(payload)
    assert (after, answer["state"], answer["source"]) == (status, before["state"], "pack")
    stage.start_server()


def enrolled_again(town: Town) -> None:
    """The kiosk is the centre's again, whatever became of it before."""
    added = json.loads(town.run("helpdesk", "kiosks", "add", "--json").stdout)
    assert town.run("kiosk", "enrol", added["code"]).returncode == 0
    assert town.run("kiosk", "sync", "now").returncode == 0
    assert town.run("kiosk", "packs", "fetch", "--json").returncode == 0
