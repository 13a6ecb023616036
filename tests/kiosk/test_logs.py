"""The log: JSON lines, private, rotating, and with nothing in it that should not be."""

from __future__ import annotations

import json
import logging
import stat
import threading
import warnings
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kiosk.errors import KioskError
from kiosk.logs import Log, fault, mask, open_log

NOW = datetime(2026, 11, 24, 1, 2, 3, 456_000, tzinfo=UTC)


def now() -> datetime:
    return NOW


def lines(path: Path) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kiosk.log"


def test_an_event_is_one_line_with_time_and_level(path: Path) -> None:
    with open_log(path, now) as log:
        log.info("scanner.lost", device="/dev/ttyACM0", tries=3, text="打印机\nx\u2028\x1b[2J")
        log.debug("too.fine")
    assert path.read_bytes().count(b"\n") == 1
    assert lines(path) == [
        {
            "at": "2026-11-24T01:02:03.456+00:00",
            "level": "info",
            "event": "scanner.lost",
            "device": "/dev/ttyACM0",
            "tries": 3,
            "text": "打印机\nx\u2028\x1b[2J",
        }
    ]


def test_the_file_is_private_and_added_to(path: Path) -> None:
    for _ in range(2):
        with open_log(path, now) as log:
            log.warning("once")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(lines(path)) == 2


def test_full_files_are_kept_beside_it_and_private_too(path: Path) -> None:
    with open_log(path, now) as log:
        for _ in range(12_000):
            log.info("filler", text="x" * 400)
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == ["kiosk.log", "kiosk.log.1", "kiosk.log.2"]
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.stat().st_size <= 2 * 1024 * 1024


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("number 24112000000012345678 of 91110108MA00", "number # of #MA00"),
        ("A03-261124-0127", "A03-261124-0127"),
        ("01912345-6789-7123-8123-123456789012", "01912345-6789-7123-8123-123456789012"),
        ({"deep": ["13800138000", 13_800_138_000, 12, 1.5, True, None]},
         {"deep": ["#", "#", 12, 1.5, True, None]}),
        (Path("/dev/12345678"), "/dev/#"),
        ("y" * 600, "y" * 500),
    ],
)  # fmt: skip
def test_long_runs_of_digits_are_masked(value: object, kept: object) -> None:
    assert mask(value) == kept


def test_other_libraries_records_lose_their_values(
    path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with open_log(path, now):
        try:
            raise ValueError("张三 91110108MA00")  # noqa: TRY301 - a value that must not show
        except ValueError:
            logging.getLogger("aiohttp").exception("cannot serve %s\nfuture: 张三", "李四")
        logging.getLogger("asyncio").info("not worth a line")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("old way", DeprecationWarning, stacklevel=1)
    told = lines(path)
    assert [line["logger"] for line in told] == ["aiohttp", "py.warnings"]
    assert told[0]["said"] == "cannot serve %s"
    assert told[0]["fault"] == "ValueError"
    assert told[0]["places"].startswith("test_logs.py:")
    assert not {"张三", "李四"} & set(
        path.read_text(encoding="ascii").encode().decode("unicode-escape")
    )
    assert "MA00" not in path.read_text(encoding="ascii")
    assert capfd.readouterr() == ("", "")


def test_a_fault_is_its_type_and_places() -> None:
    def inner(taxpayer: str) -> None:
        raise RuntimeError(taxpayer)

    with pytest.raises(RuntimeError) as failure:
        inner("91110108MA00")
    told = fault(failure.value)
    assert told["fault"] == "RuntimeError"
    assert "inner <" in told["places"]
    assert "MA00" not in str(told)


def test_many_threads_write_whole_lines(path: Path) -> None:
    with open_log(path, now) as log:
        threads = [
            threading.Thread(target=lambda: [log.info("tick", text="z" * 300) for _ in range(200)])
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(lines(path)) == 800


def test_logging_is_as_before_when_it_ends(path: Path) -> None:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    with open_log(path, now):
        pass
    assert (root.handlers, root.level) == before


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(KioskError) as failure, open_log(tmp_path / "no" / "kiosk.log", now):
        pass
    assert failure.value.code == "log.path"


def test_a_full_disk_stops_the_log_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    with open_log(Path("/dev/full"), now) as log:
        log.error("a.fault")
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def log(path: Path) -> Iterator[Log]:
    with open_log(path, now) as log:
        yield log


async def test_logging_does_not_block_the_loop(log: Log) -> None:
    for _ in range(100):
        log.info("from.the.loop")
