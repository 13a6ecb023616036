"""The packs as a check-up tells of them: a running kiosk's, or what lies on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpdesk.wire import pack_manifest
from helpdesk.wire.errors import WireError
from helpdesk.wire.signing_key import VerifyingKey
from invoices.pack import PackKey
from kiosk.checkup.facts import Packs, Region
from kiosk.packs.errors import PacksError
from kiosk.packs.folder import ACTIVE
from kiosk.packs.trust import PackTrust

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpdesk.wire.pack_manifest import Manifest, PackFile
    from kiosk.identity.identity import Enrolled
    from kiosk.packs.folder import PackFolder
    from kiosk.packs.store import PackStore


def packs_in_use(store: PackStore) -> Packs:
    """What a running kiosk can be asked now."""
    if store.current is None:
        return Packs(trusted=store.trusted, fault=store.fault)
    opened = store.current
    bad = len(opened.refused)
    return _told(opened.manifest, opened.files, bad=bad, fault=store.fault)


def packs_on_disk(folder: PackFolder, form: Enrolled | None) -> Packs:
    """What a kiosk would open; its files' sizes are looked at, not their content. Blocks."""
    if form is None or form.key is None or form.secrets is None or not form.secrets.region_keys:
        return Packs()
    keys = tuple(PackKey(key.region, key.epoch, key.key) for key in form.secrets.region_keys)
    trust = PackTrust(keys, (VerifyingKey(form.server.receipt),))
    try:
        signed = folder.list_of(ACTIVE)
        if signed is None:
            return Packs(trusted=True)
        manifest = pack_manifest.read(signed, trust.signers).manifest
    except (PacksError, WireError) as error:
        return Packs(trusted=True, fault=error.code)
    files = trust.readable(manifest)
    bad = sum(not folder.has(file) for file in files)
    return _told(manifest, files, bad=bad, fault=None)


def _told(manifest: Manifest, files: Sequence[PackFile], *, bad: int, fault: str | None) -> Packs:
    return Packs(
        trusted=True,
        version=manifest.version,
        as_of=manifest.as_of,
        expires=manifest.expires,
        regions=_regions(files),
        bad=bad,
        fault=fault,
    )


def _regions(files: Sequence[PackFile]) -> tuple[Region, ...]:
    names = sorted({file.region for file in files})
    of = {name: [file for file in files if file.region == name] for name in names}
    return tuple(
        Region(region=name, files=len(each), as_of=max(file.as_of for file in each))
        for name, each in of.items()
    )
