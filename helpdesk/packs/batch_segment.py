"""A whole segment asked in batches: how a finished file is checked against the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from helpdesk.packs.functions import BatchFunction
from invoices.pack.header import HEADER_BYTES, SectionKind, padding, read_header

if TYPE_CHECKING:
    from helpdesk.packs.kernels import Octets, Words
    from helpdesk.packs.records import Records

Answers: TypeAlias = NDArray[np.int8]
"""A status code each, or one of the two below."""

MISMATCH: Final = -1
NOT_FOUND: Final = -2
_EXC_SHIFT: Final = np.uint64(16)
_EXC_MASK: Final = np.uint64(63)


class BatchSegment:
    """Answers of a file that `invoices.pack.Segment` has opened, without its spill list."""

    def __init__(self, data: memoryview) -> None:
        header = read_header(data)
        octets: Octets = np.frombuffer(data, np.uint8)
        self._body = np.uint64(header.body)
        self._body_mask = np.uint64((1 << header.body) - 1)
        self._label_mask = np.uint64((1 << header.label) - 1)
        self._functions: dict[SectionKind, BatchFunction] = {}
        starts = []
        at = HEADER_BYTES
        for record in header.sections:
            at += padding(at)
            starts.append(at)
            at += record.data_len
        for record, start in zip(header.sections, starts, strict=True):
            directory = bytes(data[at : at + record.directory_len])
            self._functions[record.kind] = BatchFunction(octets, record, directory, start)
            at += record.directory_len

    def answer(self, h: Words, bodies: NDArray[np.uint32]) -> Answers:
        """What the segment says of each digest with its body digest."""
        answers = np.full(len(h), NOT_FOUND, np.int8)
        if SectionKind.MAIN not in self._functions:
            return answers
        values = self._functions[SectionKind.MAIN].get(h)
        known = values >> self._body == h & self._label_mask
        said = values & self._body_mask == bodies.astype(np.uint64) & self._body_mask
        answers[known] = MISMATCH
        answers[known & said] = 0
        if SectionKind.EXC in self._functions:
            met = np.flatnonzero(answers == 0)
            stored = self._functions[SectionKind.EXC].get(h[met])
            met = met[stored == h[met] >> _EXC_SHIFT & _EXC_MASK]
            answers[met] = self._functions[SectionKind.STATUS].get(h[met]).astype(np.int8)
        return answers

    def wrong(self, records: Records) -> int:
        """How many of these members it does not confirm with their state."""
        answers = self.answer(np.ascontiguousarray(records["h"]), records["body"])
        return int(np.count_nonzero(answers != records["state"]))
