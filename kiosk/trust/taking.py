"""Taking a trust list from a file, for a kiosk that no network brings one to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpdesk.wire.errors import WireError
from helpdesk.wire.trust_file import TrustFile
from kiosk.trust.store import TrustStoreError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from kiosk.trust.store import TrustStore


def take_file(store: TrustStore, file: Path, now: datetime) -> dict[str, Any]:
    """What came of it, as JSON: `version` and `expires` of the list in force, or `refused`.

    Blocks. The caller is whoever owns the data folder.

    Raises:
        TrustStoreError: `trust.file` cannot be read, `trust.no_root`, `trust.store`.
    """
    try:
        given = TrustFile.read(file.read_bytes())
        held = store.accept(given.bundle, given.parts, now)
    except OSError as error:
        raise TrustStoreError("trust.file", {"file": str(file)}) from error
    except WireError as error:
        return {"refused": {"code": str(error.code), "params": dict(error.params)}}
    told = held.trust_list
    return {"version": told.version, "expires": told.expires.isoformat()}
