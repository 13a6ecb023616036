"""Sets up a fresh demo in a folder and hands out its parts."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

from kiosk.demo.errors import DemoError
from kiosk.demo.processes import Service, answer, run

PREFIX = "A03"
START_SECONDS = 60.0
"""How long a part may take to say where it listens."""

CONFIG = """\
[centre]
name = "北京市示例区税务服务中心"
name_en = "Example District Tax Service Centre, Beijing"
address = "北京市示例区示例路 1 号"
hotline = "12366"
hours = "9:00–17:00"
timezone = "Asia/Shanghai"

[helpdesk]
listen = "127.0.0.1:{server}"
# The sheet of samples shows this answer too.
next_day = true
control = "{folder}/helpdesk.sock"

[database]
url = "{database}"

[security]
keys = "{folder}/keys"

[kiosk]
data = "{folder}/kiosk"
server = "http://127.0.0.1:{server}"
access = "{folder}/keys/kiosk-access"
prefix = "A03"
language = "{language}"
samples = "{folder}/samples.jsonl"
next_day = true

[packs]
folder = "{folder}/packs"
build = {build}

[scanner]
keyboard = true

[printer]
kind = "tcp"
address = "127.0.0.1:{printer}"
columns = 32
"""


@dataclass(frozen=True, slots=True)
class Delivered:
    """Entries of the journal: `written` by the kiosk, `taken` by the server."""

    written: int
    taken: int
    exceptions: int


class Stage(AbstractContextManager["Stage"]):
    """Registry, server, virtual printer and an enrolled kiosk's data, packs among them.

    Everything ends and goes when the block is left.

    Attributes:
        folder: Holds all that the demo writes.
        config: The configuration file of both processes.
        database: The URL of the registry.
        samples: JSON lines of QR texts with the verdict and state each must give.
        printer_control: Port of the virtual printer's control.
        packs: Whether the kiosk has data of its own: building them needs the extra `packs`.
    """

    def __init__(
        self,
        today: date,
        invoices: int,
        *,
        keep: Path | None = None,
        database: str = "",
        packs_later: bool = False,
        language: str = "zh_CN",
        on_step: Callable[[str], None] = lambda _step: None,
    ) -> None:
        """Nothing starts before the block is entered.

        `keep`: use and leave this folder. `database`: the URL of an empty one, instead of a
        file in the folder. `packs_later`: the kiosk has none before `give_packs`. `language`:
        the one visitors meet first. `on_step` hears what is being done: `registry`, `server`,
        `enrolment`, `packs`.
        """
        self._packs_later = packs_later
        self._language = language
        self._on_step = on_step
        self._today = today
        self._invoices = invoices
        self._keep = keep
        self.folder = keep or Path(tempfile.mkdtemp(prefix="yanpiao-demo-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.database = database or f"sqlite://{self.folder}/registry.sqlite3"
        self.config = self.folder / "config.toml"
        self.samples = self.folder / "samples.jsonl"
        self.log = self.folder / "demo.log"
        self.printer_control = 0
        self.packs = find_spec("numba") is not None
        self._printer_port = 0
        self._server_port = 0
        self._server: Service | None = None
        self._printer: Service | None = None

    def __enter__(self) -> Self:
        """Set everything up.

        Raises:
            DemoError: A step failed or a part did not start.
        """
        try:
            self._set_up()
        except BaseException as error:
            self._tear_down(error)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End every process; remove the folder unless it was given or an error names its log."""
        self._tear_down(error)

    def start_server(self) -> None:
        """Start the helpdesk server; a later start listens where the first one did."""
        env = {**os.environ, "YANPIAO_HELPDESK__LISTEN": f"127.0.0.1:{self._server_port}"}
        arguments = ["serve", "--json", "--config", str(self.config)]
        self._server = Service("helpdesk", arguments, self.log, env)
        said = self._server.announcement(START_SECONDS)
        self._server_port = int(str(said["listening"]).rpartition(":")[2])
        self._write_config()

    def stop_server(self) -> None:
        """Pull the plug: the server ends and the port is closed."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def give_packs(self) -> None:
        """Build packs of the registry and have the kiosk take them, running or not.

        Raises:
            DemoError: `demo.step` when it cannot.
        """
        config = ["--config", str(self.config)]
        run("helpdesk", ["packs", "build", *config], self.log)
        run("kiosk", ["packs", "fetch", *config], self.log)

    def delivered(self) -> Delivered:
        """Let the running kiosk tell the server all it has, and see what is there.

        Raises:
            DemoError: `demo.step` when it cannot.
        """
        config = ["--json", "--config", str(self.config)]
        kiosk = answer("kiosk", ["sync", "now", *config], self.log)
        server = answer("helpdesk", ["kiosks", "list", *config], self.log)
        return Delivered(kiosk["head"], server["mark"], server["exceptions"])

    def _set_up(self) -> None:
        self._write_config()
        config = ["--config", str(self.config)]
        self._on_step("registry")
        self._start_printer()
        with ThreadPoolExecutor() as pool:
            data = pool.submit(run, "helpdesk", self._data_arguments(), self.log)
            run("helpdesk", ["keys", "init", *config], self.log)
            root = ["--out", str(self.folder / "root")]
            run("helpdesk", ["keys", "init-root", *root, *config], self.log)
            run("helpdesk", ["migrate", *config], self.log)
            data.result()
        run("helpdesk", ["import", str(self.folder / "registry.csv"), *config], self.log)
        self._on_step("server")
        self.start_server()
        if self._printer is not None:
            said = self._printer.announcement(START_SECONDS)
            self._printer_port = int(said["port"])
            self.printer_control = int(said["control"])
        self._write_config()
        self._enrol(config)

    def _enrol(self, config: list[str]) -> None:
        """Let the kiosk in, and give it what it answers from while the server is gone."""
        self._on_step("enrolment")
        added = answer(
            "helpdesk", ["kiosks", "add", "--prefix", PREFIX, "--json", *config], self.log
        )
        run("kiosk", ["enrol", str(added["code"]), *config], self.log)
        if self.packs and not self._packs_later:
            self._on_step("packs")
            self.give_packs()

    def _start_printer(self) -> None:
        arguments = ["--port", "0", "--control", "0", "--dots", "384"]
        slips = self.folder / "slips"
        slips.mkdir(exist_ok=True)
        self._printer = Service(
            "printers.virtual", [*arguments, "--out", str(slips)], self.log, os.environ
        )

    def _data_arguments(self) -> list[str]:
        return [
            "demo-data",
            *("--invoices", str(self._invoices), "--seed", "1"),
            *("--as-of", self._today.isoformat()),
            *("--out", str(self.folder / "registry.csv"), "--samples", str(self.samples)),
        ]

    def _write_config(self) -> None:
        text = CONFIG.format(
            folder=self.folder,
            database=self.database,
            server=self._server_port,
            printer=self._printer_port,
            language=self._language,
            build="false" if self._packs_later else "true",
        )
        self.config.write_text(text, encoding="utf-8")

    def _tear_down(self, error: BaseException | None) -> None:
        self.stop_server()
        if self._printer is not None:
            self._printer.stop()
            self._printer = None
        named = isinstance(error, DemoError) and "log" in error.params
        if self._keep is None and not named:
            shutil.rmtree(self.folder, ignore_errors=True)
