from __future__ import annotations

import gc
import io
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from openpyxl import Workbook

from documents.errors import DocumentError
from documents.jail.client import Jail
from documents.jail.frames import LONGEST, FrameReader, write_frame
from documents.jail.limits import Limits

LIMITS = Limits(memory=512 << 20)


def workbook(path: Path, rows: int) -> Path:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for number in range(rows):
        sheet.append([f"row {number}", "x" * 100])
    book.save(path)
    return path


def values(jail: Jail, path: Path, limits: Limits = LIMITS) -> list[object]:
    with path.open("rb") as file, jail.read("xlsx", file, limits) as reading:
        return list(reading)


def children(jail: Jail) -> list[str]:
    assert jail._process is not None
    pid = jail._process.pid
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_a_document_comes_back_as_values(jail: Jail, tmp_path: Path) -> None:
    total, *batches = values(jail, workbook(tmp_path / "a.xlsx", 450))

    assert total == {"total": 450}
    rows = [row for batch in batches if isinstance(batch, list) for row in batch]
    assert len(rows) == 450
    assert rows[449] == [450, ["row 449", "x" * 100], ""]


def test_several_threads_share_one_jail(jail: Jail, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", 300)
    counts: list[int] = []

    def read() -> None:
        counts.append(len(values(jail, path)))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert counts == [3] * 4


def test_a_reading_that_is_given_up_ends_its_child(jail: Jail, tmp_path: Path) -> None:
    """The pipe is full and the child waits: closing the reading must end it."""
    path = workbook(tmp_path / "a.xlsx", 4000)
    with path.open("rb") as file, jail.read("xlsx", file, LIMITS) as reading:
        assert next(iter(reading)) == {"total": 4000}
        assert len(children(jail)) == 1
        gc.collect()

    assert values(jail, workbook(tmp_path / "b.xlsx", 1))[0] == {"total": 1}
    wait_until_none(jail)


def wait_until_none(jail: Jail) -> None:
    for _ in range(2_000):
        if not children(jail):
            return
        threading.Event().wait(0.01)
    pytest.fail("a child is left")


def test_the_end_of_the_jail_is_the_end_of_its_children(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", 4000)
    with path.open("rb") as file:
        with Jail() as jail:
            reading = jail.read("xlsx", file, LIMITS)
            next(iter(reading))
            (child,) = children(jail)
        assert not Path(f"/proc/{child}").exists()
        reading.close()


def test_a_child_and_its_caller_that_end_together(jail: Jail, tmp_path: Path) -> None:
    """The parent sleeps while both end, and then learns of the two in one look."""
    assert jail._process is not None
    path = workbook(tmp_path / "a.xlsx", 4000)
    with path.open("rb") as file, jail.read("xlsx", file, LIMITS) as reading:
        values_of = iter(reading)
        next(values_of)
        jail._process.send_signal(signal.SIGSTOP)
        assert len(list(values_of)) == 21
        (child,) = children(jail)
        wait_until_ended(child)
    jail._process.send_signal(signal.SIGCONT)

    assert values(jail, path)[0] == {"total": 4000}


def wait_until_ended(child: str) -> None:
    """Until it is a zombie, which only its parent can collect."""
    for _ in range(2_000):
        if Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return
        threading.Event().wait(0.01)
    pytest.fail("the child goes on")


def test_a_child_that_needs_more_time_than_the_caller_has(jail: Jail, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"document\.time"):
        values(jail, workbook(tmp_path / "a.xlsx", 4000), Limits(wait_seconds=0))


def test_a_child_that_needs_more_memory_than_allowed(jail: Jail, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"document\.memory"):
        values(jail, workbook(tmp_path / "a.xlsx", 20_000), Limits(memory=1 << 20))


def test_a_jail_that_was_killed_says_so(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", 1)
    with Jail() as jail:
        assert jail._process is not None
        jail._process.kill()
        jail._process.wait()
        with pytest.raises(DocumentError, match=r"document\.jail"):
            values(jail, path)


def test_a_jail_that_is_killed_with_its_child_says_so(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", 4000)
    with Jail() as jail:
        assert jail._process is not None
        with path.open("rb") as file, jail.read("xlsx", file, LIMITS) as reading:
            values_of = iter(reading)
            next(values_of)
            jail._process.kill()
            with pytest.raises(DocumentError, match=r"document\.jail"):
                list(values_of)


def test_a_jail_without_python_says_so() -> None:
    with pytest.raises(DocumentError, match=r"document\.jail"), Jail(python="/no/such/python"):
        pass


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        with suppress(OSError):
            os.close(end)


def test_frames_cross_a_pipe_whole(pipe: tuple[int, int]) -> None:
    value = {"value": ["发票" * 20_000]}
    writer = threading.Thread(target=write_frame, args=(pipe[1], value))
    writer.start()
    reader = FrameReader(pipe[0], 10)
    assert reader.next() == value
    writer.join(10)
    os.close(pipe[1])
    assert reader.next() is None


@pytest.mark.parametrize(
    "written",
    [
        (LONGEST + 1).to_bytes(4, "big"),
        (9).to_bytes(4, "big") + b"{",
        (1).to_bytes(4, "big") + b"{",
        (3).to_bytes(4, "big") + b"\xff\xff\xff",
        (100_000).to_bytes(4, "big")[:4] + b"[" * 60_000,
    ],
)
def test_what_is_no_frame_is_refused(pipe: tuple[int, int], written: bytes) -> None:
    """A child in a stranger's hands writes what it likes."""
    os.write(pipe[1], written)
    os.close(pipe[1])
    with pytest.raises(DocumentError, match=r"document\.damaged"):
        FrameReader(pipe[0], 10).next()


def test_deep_brackets_are_refused(pipe: tuple[int, int]) -> None:
    deep = io.BytesIO((60_000).to_bytes(4, "big") + b"[" * 60_000)
    os.write(pipe[1], deep.getvalue())
    with pytest.raises(DocumentError, match=r"document\.damaged"):
        FrameReader(pipe[0], 10).next()
