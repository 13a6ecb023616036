"""A kiosk that is killed while it takes packs, again and again: old or new, never a mixture."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from tests.kiosk.packs.shop import Known, Shop, segment, store_at

ROOT = Path(__file__).parents[3]
TAKER = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from kiosk.packs.folder import PackFolder
from kiosk.packs.source import FolderSource
from kiosk.packs.store import PackStore
from kiosk.packs.trust import PackTrust
from helpdesk.wire.signing_key import Ed25519Signer
from invoices.pack import PackKey

trust = PackTrust(
    (PackKey("all", 1, bytes(range(32))),), (Ed25519Signer(b"\\x07" * 32).key,)
)

async def main():
    store = PackStore(PackFolder(Path(sys.argv[1]), 0), lambda: trust)
    await store.open()
    print("ready", flush=True)
    for folder in sys.argv[2:]:
        await store.take(FolderSource(Path(folder)))

asyncio.run(main())
"""


@pytest.mark.e2e
def test_kill_9_at_random_moments(tmp_path: Path, october: tuple[Known, ...]) -> None:
    chance = Random("kills")
    versions = 60
    for version in range(1, versions + 1):
        held = october[: 1 + version % 4]
        packs = (segment("2026-10", held), segment("2026-09", october[: version % 3]))
        Shop(tmp_path / f"v{version}").publish(*packs, version=version)
    folder = tmp_path / "packs"
    highest, kills = 0, 0
    while highest < versions and kills < 12:
        sticks = [str(tmp_path / f"v{n}") for n in range(max(1, highest), versions + 1)]
        taker = subprocess.Popen(
            [sys.executable, "-c", TAKER.format(root=str(ROOT)), str(folder), *sticks],
            stdout=subprocess.PIPE,
        )
        assert taker.stdout is not None
        assert taker.stdout.readline() == b"ready\n"
        # Not a wait for something: the moment of the blow, wherever it finds the process.
        time.sleep(chance.random() * 0.12)
        taker.send_signal(signal.SIGKILL)
        taker.wait()
        taker.stdout.close()
        kills += 1
        found = asyncio.run(_version(folder))
        assert found >= highest
        highest = found
    assert highest > 1


async def _version(folder: Path) -> int:
    """The version in use; all of its files must be right."""
    store = store_at(folder)
    await store.open()
    assert store.fault is None
    if store.current is None:
        return 0
    assert store.current.whole
    return store.current.manifest.version
