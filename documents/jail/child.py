"""The jailed child: confined first, then one reader over one file, its values into a pipe."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from documents.errors import DAMAGED, MEMORY, DocumentError
from documents.jail.confinement import confine
from documents.jail.frames import write_frame
from documents.jail.limits import Limits
from documents.readers import READERS

if TYPE_CHECKING:
    from collections.abc import Iterator

END: Final = "end"
VALUE: Final = "value"
ERROR: Final = "error"


def run(request: dict[str, Any], source: int, target: int, parent: int) -> int:
    """Read the file open as `source`, write frames to `target`; the exit status.

    Frames: `{"value": ...}` for each value of the reader, then `{"end": true}` or
    `{"error": {"code", "params"}}`.
    """
    confine(Limits.from_json(request["limits"]), parent)
    try:
        for form in _frames(request["reader"], source):
            write_frame(target, form)
    except BrokenPipeError:
        return 1
    return 0


def _frames(reader: str, source: int) -> Iterator[dict[str, object]]:
    try:
        with os.fdopen(source, "rb") as file:
            for value in READERS[reader](file):
                yield {VALUE: value}
    except DocumentError as error:
        yield {ERROR: {"code": error.code, "params": dict(error.params)}}
    except MemoryError:
        yield {ERROR: {"code": MEMORY, "params": {}}}
    except GeneratorExit:
        raise
    except BaseException:  # noqa: BLE001 - a library's panic is a damaged file; its text may hold content
        yield {ERROR: {"code": DAMAGED, "params": {}}}
    else:
        yield {END: True}
