"""A journal as a file on a stick: for a kiosk whose link does not come back.

The file is one sealed box to the server's key. In it stands one signed batch a line, the very
messages that would have been pushed, so that the server takes them the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from helpdesk.wire import sealed_box
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.journal_batch import PushBatch

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE_LENGTH: Final = 1 << 30
"""Bytes of the longest file worth opening."""

_CONTEXT: Final = b"yanpiao/journal-file/1\0"


def seal_file(public: bytes, batches: Iterable[PushBatch], ephemeral: bytes) -> bytes:
    """The file for the holder of `public`'s private key; `ephemeral` as `sealed_box.seal`.

    Raises:
        WireError: `seal.key` for a key that is none.
    """
    plain = b"".join(batch.model_dump_json().encode() + b"\n" for batch in batches)
    return sealed_box.seal(public, plain, context=_CONTEXT, ephemeral=ephemeral)


def open_file(private: bytes, data: bytes) -> tuple[PushBatch, ...]:
    """The batches of a file, in order; each is still to be checked like one that was pushed.

    Raises:
        WireError: `seal.*`; `journal.file` for content that is no list of batches.
    """
    if len(data) > FILE_LENGTH:
        raise WireError(Fault.JOURNAL_FILE)
    plain = sealed_box.unseal(private, data, context=_CONTEXT)
    try:
        return tuple(PushBatch.model_validate_json(line) for line in plain.splitlines())
    except ValidationError as error:
        raise WireError(Fault.JOURNAL_FILE) from error
