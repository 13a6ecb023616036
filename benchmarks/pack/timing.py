"""Latency of single questions, and the row that every structure fills."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from benchmarks.pack.registry import Question, accepted, limit, rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from helpdesk.packs.records import Records


class Stopwatch:
    """CPU seconds of this process: the machine is shared, so wall time says little."""

    def __enter__(self) -> Self:
        self.seconds = -time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds += time.process_time()


@dataclass(frozen=True, slots=True)
class Latency:
    p50_us: float
    p99_us: float
    wrong: int


def latency(answer: Callable[[int, int], int], questions: Sequence[Question]) -> Latency:
    """Each question once, timed by itself, after a warm-up."""
    for question in questions[:2_000]:
        answer(question.h, question.body)
    clock = time.perf_counter_ns
    spent = []
    wrong = 0
    for question in questions:
        h, body = question.h, question.body
        begin = clock()
        got = answer(h, body)
        spent.append(clock() - begin)
        wrong += got != question.answer
    p50, p99 = np.percentile(np.array(spent) / 1_000, [50, 99])
    return Latency(round(float(p50), 2), round(float(p99), 2), wrong)


Row = dict[str, str | int | float]


def row(
    name: str, records: Records, size: int, seconds: float, answer: Callable[[int, int], int]
) -> Row:
    """One line of the table; `rate` is digests in, finished file out, per CPU second."""
    count = len(records)
    yes = latency(answer, accepted(records))
    no = latency(answer, rejected(records))
    bits = size * 8 / count
    return {
        "name": name,
        "invoices": count,
        "bytes": size,
        "bits_per_invoice": round(bits, 3),
        "ratio_to_limit": round(bits / limit(), 4),
        "build_per_second": round(count / seconds),
        **{f"accept_{key}": value for key, value in asdict(yes).items()},
        **{f"reject_{key}": value for key, value in asdict(no).items()},
    }
