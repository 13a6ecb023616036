"""How much a child process may use to read one file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one file.

    Attributes:
        memory: bytes of address space above what the warmed parent already has.
        cpu_seconds: processor time, after which the kernel ends the child.
        wait_seconds: time that the asking process spends waiting for frames, in sum. The time in
            which the child waits for a slow caller does not count.
    """

    memory: int = 256 << 20
    cpu_seconds: int = 20
    wait_seconds: float = 30.0

    def as_json(self) -> dict[str, Any]:
        """The limits as a request carries them."""
        return asdict(self)

    @classmethod
    def from_json(cls, form: dict[str, Any]) -> Self:
        """Limits out of a request."""
        return cls(**form)
