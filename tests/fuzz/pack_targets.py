"""Files of packs, the signed lists of them, and the hashes of their chunks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from helpdesk.wire import cose, pack_manifest
from helpdesk.wire.errors import WireError
from helpdesk.wire.pack_manifest import CHUNK, Manifest
from invoices.pack import Miss, Overlay, PackError, Segment
from invoices.pack.finding import StatusCode
from invoices.verdict import State
from tests.fuzz.engine import Ending, Target
from tests.helpdesk.packs.synthetic import KEY, overlay_bytes, registry, resealed, segment_bytes
from tests.kiosk.packs.shop import NOW, SIGNER, TODAY, Pack, overlay, pack_of, segment
from tests.verifier_contract import known_invoices

PURPOSE = b"yanpiao/pack-manifest/1"


def targets() -> Iterator[Target]:
    files = _files()
    kinds: dict[bytes, type[Segment | Overlay]] = dict.fromkeys(files[:-1], Segment)
    kinds[files[-1]] = Overlay

    def opened(data: bytes, original: bytes) -> Ending:
        kinds[original].open(memoryview(data), [KEY])
        return Ending.ACCEPTED

    def fits(data: bytes, original: bytes) -> Ending:
        """A stolen signing key could make the checksum fit: the structure must hold by itself."""
        pack = kinds[original].open(memoryview(resealed(data)), [KEY])
        chance = Random(data)
        for h in (0, 1, 2**64 - 1, chance.getrandbits(64), chance.getrandbits(64)):
            said = pack.answer(h, 0, (0,)) if isinstance(pack, Segment) else pack.code(h, 0)
            assert said is None or isinstance(said, State | Miss | StatusCode)
        return Ending.SOUND

    yield Target("pack file", files, opened, (PackError,), share=4)
    yield Target("pack file, checksum made to fit", files, fits, (PackError,), share=2)
    yield from _manifests()


def _files() -> tuple[bytes, ...]:
    twins = registry(40)
    twins["h"][:2] = twins["h"][0]
    return (
        segment_bytes(registry(60)),
        segment_bytes(twins, shard_keys=8),
        segment_bytes(registry(1)),
        segment_bytes(registry(0)),
        overlay_bytes(twins),
    )


def _manifests() -> Iterator[Target]:
    october = tuple(known_invoices(TODAY).values())
    large = pack_of("2026-01", Random(1).randbytes(3 * CHUNK + 7))
    changes = overlay("ovr-2026-11-24", october, NOW, NOW)
    packs = [large, segment("2026-10", october), segment("2026-09", ()), changes]
    lists = [_list(1, *packs[:2]), _list(2, *packs)]
    signed = [pack_manifest.sign(SIGNER, told) for told in lists]
    keys = [SIGNER.key]

    def genuine(data: bytes, _original: bytes) -> Ending:
        pack_manifest.accept(data, keys)
        return Ending.ACCEPTED

    def liar(data: bytes, _original: bytes) -> Ending:
        """A broken server: what it signs is read strictly all the same."""
        accepted = pack_manifest.accept(cose.sign(SIGNER, data, PURPOSE), keys)
        return Ending.SOUND if accepted.manifest.to_cbor() == data else Ending.ACCEPTED

    def chunks(data: bytes, _original: bytes) -> Ending:
        pack_manifest.check_chunk_list(large.file, data)
        return Ending.ACCEPTED

    payloads = [told.to_cbor() for told in lists]
    hashes = [pack_manifest.chunk_hashes(large.data)]
    yield Target("manifest", signed, genuine, (WireError,), "cbor", share=3)
    yield Target("manifest, signed all the same", payloads, liar, (WireError,), "cbor", share=2)
    yield Target("list of chunks", hashes, chunks, (WireError,))


def _list(version: int, *packs: Pack) -> Manifest:
    files = tuple(pack.file for pack in packs)
    return Manifest(
        version=version, issued_at=NOW, expires=NOW + timedelta(hours=36), as_of=NOW, files=files
    )
