"""Records of our own packages on their way to the kiosk's log, values included.

They are chosen to hold codes and record numbers only; the log masks long runs of digits all
the same. Records of other libraries go their own way, without values.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kiosk.logs import open_log

if TYPE_CHECKING:
    from kiosk.clock import Clock
    from kiosk.config import Config
    from kiosk.logs import Log

FILE = "kiosk.log"
PACKAGES = ("kiosk", "printers", "tui")


@contextmanager
def own_log(config: Config, clock: Clock) -> Iterator[None]:
    """The log in the data folder, open inside the block; the caller owns the folder.

    Raises:
        KioskError: `log.path`.
    """
    with open_log(config.data / FILE, clock.now) as log:
        handler = _Forward(log)
        loggers = [logging.getLogger(name) for name in PACKAGES]
        before = [(logger, logger.level, logger.propagate) for logger in loggers]
        for logger in loggers:
            logger.addHandler(handler)
            logger.setLevel(logging.INFO)
            logger.propagate = False
        try:
            yield
        finally:
            for logger, level, propagate in before:
                logger.removeHandler(handler)
                logger.setLevel(level)
                logger.propagate = propagate


class _Forward(logging.Handler):
    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        tell = {
            logging.INFO: self._log.info,
            logging.WARNING: self._log.warning,
            logging.ERROR: self._log.error,
        }.get(record.levelno, self._log.critical)
        tell(record.getMessage(), part=record.name)
