"""Structured logs: JSON lines in UTC to a file or standard error, without anything sensitive.

An exception is logged as its type and the places it passed, never as its text: drivers quote
rows in their messages.
"""

from __future__ import annotations

import logging
import logging.handlers
import sys
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import CodeType

__all__ = ["configure_logs", "note_loop_error", "places"]

_LARGEST = 16 * 1024 * 1024
_KEPT = 5
_DEEPEST = 8


def places(error: BaseException) -> dict[str, Any]:
    """Return the type of ``error`` and where it came from, its causes included."""
    return {
        "error": " < ".join(type(each).__name__ for each in _chain(error)),
        "at": [
            f"{code.co_filename.rpartition('site-packages/')[2]}:{line} {code.co_name}"
            for each in _chain(error)
            for code, line in _frames(each)[-_DEEPEST:]
        ],
    }


def _frames(error: BaseException) -> list[tuple[CodeType, int]]:
    """Walk by hand: the traceback module would read the source files, in the loop."""
    frames = []
    place = error.__traceback__
    while place is not None:
        frames.append((place.tb_frame.f_code, place.tb_lineno))
        place = place.tb_next
    return frames


def _chain(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    for _ in range(_DEEPEST):
        if current is None:
            return
        yield current
        current = current.__cause__ or current.__context__


def configure_logs(path: Path | None) -> Callable[[], None]:
    """Send every log of this process to ``path`` (rotated) or standard error as JSON lines.

    Writing happens in a thread: a slow disk or a full pipe must not stop the loop. Returns
    what ends that thread once everything is written.
    """
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    writer: logging.Handler = (
        logging.StreamHandler(sys.stderr)
        if path is None
        else _QuietFile(path, maxBytes=_LARGEST, backupCount=_KEPT, encoding="utf-8")
    )
    lines: SimpleQueue[logging.LogRecord] = SimpleQueue()
    listener = logging.handlers.QueueListener(lines, writer)
    handler = logging.handlers.QueueHandler(lines)
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_text,
    ]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # These log every statement with its values at DEBUG.
    for name in ("tortoise", "aiosqlite", "asyncpg"):
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    listener.start()

    def stop() -> None:
        listener.stop()
        root.removeHandler(handler)
        writer.close()

    return stop


class _QuietFile(logging.handlers.RotatingFileHandler):
    """A full disk stops the log, and nothing but the log."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Do nothing: the stock one prints tracebacks, and the record's text."""

    def close(self) -> None:
        """Let go; what the disk has not taken by now is lost."""
        with suppress(OSError):
            super().close()


def note_loop_error(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what nobody awaited, as an event loop's exception handler.

    asyncio's own handler prints tasks and exceptions as they are, values included.
    """
    error = context.get("exception")
    where = places(error) if isinstance(error, BaseException) else {}
    structlog.stdlib.get_logger("helpdesk.loop").error("loop.error", **where)


def _without_text(
    _logger: Any, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Replace an attached exception (asyncio and aiohttp attach them) by type and places."""
    info = event.pop("exc_info", None)
    record = event.get("_record")
    if record is not None:
        info = info or record.exc_info
        record.exc_info = record.exc_text = None
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event.update(places(error))
    return event
