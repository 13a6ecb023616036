"""The kiosk's log: JSON lines in a rotating file, and never a byte on the terminal.

What is logged is chosen at each place and holds nothing of an invoice or a person; this
module adds two nets under that rule. Records of other libraries keep the first line of
their message's template and lose its values: an exception's text may name somebody. And
long runs of digits are masked wherever they turn up.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import queue
import re
import traceback
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, cast

import structlog

from kiosk.errors import KioskError

Log = structlog.typing.FilteringBoundLogger
"""`log.info("scanner.lost", device=...)`: a dotted event and its plain facts."""

_FILE_BYTES: Final = 2 * 1024 * 1024
_FILES_KEPT: Final = 5
_LONGEST_TEXT: Final = 500
_DIGITS = re.compile(r"(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})|\d{8,}")
"""Invoice numbers, tax ids, phones: eight digits and more. Our own ids may hold as many."""


@contextmanager
def open_log(path: Path, now: Callable[[], datetime]) -> Iterator[Log]:
    """The log inside the block; at its end all is written.

    Inside the block whatever the standard library's `logging` and `warnings` have to say
    goes to the same file. A thread writes, so that a slow disk does not stop the screen.

    Args:
        path: the file, made with mode 0600; full ones are kept beside it as `.1` ... `.5`.
        now: the clock, UTC.

    Raises `KioskError` `log.path` where the file cannot be written.
    """
    lines: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    writer = logging.handlers.QueueListener(lines, _file(path))
    log = _logger(logging.handlers.QueueHandler(lines), now)
    writer.start()
    try:
        with _library_records(log):
            yield log
    finally:
        writer.stop()
        for handler in writer.handlers:
            handler.close()


def fault(error: BaseException) -> dict[str, str]:
    """Type and places of an exception, innermost first; never its message, never a value."""
    return {"fault": type(error).__name__, "places": _places(error.__traceback__)}


def mask(value: object) -> object:
    """The value with every long run of digits masked, at any depth."""
    if isinstance(value, str):
        return _DIGITS.sub(_masked, value[:_LONGEST_TEXT])
    if isinstance(value, Mapping):
        return {str(name): mask(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask(part) for part in value]
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if len(str(abs(value))) < 8 else "#"  # noqa: PLR2004 - as `_DIGITS`
    return mask(str(value))


def _masked(found: re.Match[str]) -> str:
    return found["id"] or "#"


def _places(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)
    return " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )


def _file(path: Path) -> logging.Handler:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        file = _PrivateFile(
            path, maxBytes=_FILE_BYTES, backupCount=_FILES_KEPT, encoding="ascii", delay=False
        )
    except OSError as error:
        raise KioskError("log.path", {"path": str(path)}) from error
    file.setFormatter(logging.Formatter("%(message)s"))
    return file


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """Rotates into files of mode 0600, and keeps quiet on a full disk."""

    def _open(self) -> Any:
        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=_private)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Does nothing: the stock one prints to the terminal."""

    def close(self) -> None:
        """What a full disk has not taken by now is lost; the kiosk's end is not held up by it."""
        with suppress(OSError):
            super().close()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class _Lines:
    """Where structlog's finished lines go."""

    def __init__(self, handler: logging.Handler) -> None:
        self._handler = handler

    def msg(self, line: str) -> None:
        self._handler.handle(logging.makeLogRecord({"msg": line}))

    debug = info = warning = error = critical = msg


def _logger(handler: logging.Handler, now: Callable[[], datetime]) -> Log:
    def stamp(
        _logger: object, level: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        at = now().isoformat(timespec="milliseconds")
        return {"at": at, "level": level, **cast(dict[str, Any], mask(event))}

    return cast(
        Log,
        structlog.wrap_logger(
            _Lines(handler),
            processors=[stamp, structlog.processors.JSONRenderer(json.dumps)],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            context_class=dict,
            cache_logger_on_first_use=False,
        ),
    )


@contextmanager
def _library_records(log: Log) -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = [_Forward(log)]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)  # noqa: FBT003 - the library's signature
    try:
        yield
    finally:
        logging.captureWarnings(False)  # noqa: FBT003 - the library's signature
        root.handlers[:] = before
        root.setLevel(level)


class _Forward(logging.Handler):
    """Another library's record as an event of ours, without its values."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Hands it on."""
        said = str(record.msg).partition("\n")[0]
        error = record.exc_info[1] if record.exc_info else None
        facts = fault(error) if error else {}
        tell = self._log.error if record.levelno >= logging.ERROR else self._log.warning
        tell("library", logger=record.name, said=said, **facts)
