"""A folder with configuration and keys, and commands run in it as a person would."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpdesk import cli
from helpdesk.cli.frame import Frame
from helpdesk.texts import load_texts


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass(frozen=True)
class Office:
    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def run(self, *arguments: object, language: str = "en", terminal: bool = False) -> Said:
        out, err = io.StringIO(), Terminal() if terminal else io.StringIO()
        frame = Frame(load_texts().of(language), {}, out, err)
        status = cli.run([str(argument) for argument in arguments], frame)
        return Said(status, out.getvalue(), err.getvalue())

    def open(self) -> Office:
        self.config.write_text(
            f"""[helpdesk]
listen = "127.0.0.1:0"
control = "control.sock"
disk_floor = 0
[database]
url = "sqlite://{self.folder}/helpdesk.sqlite3"
[security]
keys = "keys"
""",
            encoding="utf-8",
        )
        assert self.run("keys", "init", "--config", self.config).status == 0
        assert self.run("migrate", "--config", self.config).status == 0
        return self
