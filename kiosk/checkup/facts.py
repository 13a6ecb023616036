"""What is known of a kiosk when it is looked at.

`Inside` is what its database and folder say; a running kiosk tells it over its control socket,
a stopped one's is read from the files. The forms are lenient: after an update the kiosk that
runs may still be the version before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class _Form(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Times(_Form):
    """The kiosk's clock: what it kept last, and the server's time now if this boot heard it."""

    now: datetime
    latest: datetime | None = None
    server: datetime | None = None


class Who(_Form):
    """The enrolment; `kiosk` is None where there was never one. `fault`: the key is unusable."""

    kiosk: str | None = None
    centre: str | None = None
    standing: str | None = None
    key_since: datetime | None = None
    fault: str | None = None


class Trust(_Form):
    """The trust list held; `version` 0 for none, `fault` where the file cannot be read."""

    version: int = 0
    issued_at: datetime | None = None
    expires: datetime | None = None
    fault: str | None = None


class Waiting(_Form):
    """The outbox: entries written, judged by the server, waiting; and why it waits for a person."""

    head: int = 0
    mark: int = 0
    waiting: int = 0
    oldest: datetime | None = None
    contact_at: datetime | None = None
    parked: str | None = None
    parked_at: datetime | None = None


class Region(_Form):
    """The packs of one region; `as_of` of the newest file."""

    region: str
    files: int
    as_of: datetime


class Packs(_Form):
    """The packs in use; `version` None for none. `bad` files are refused or not there."""

    trusted: bool = False
    version: int | None = None
    as_of: datetime | None = None
    expires: datetime | None = None
    regions: tuple[Region, ...] = ()
    bad: int = 0
    fault: str | None = None


class Slips(_Form):
    """Slips that wait for the printer, the oldest since `oldest`; `doubtful` of the last fifty."""

    waiting: int = 0
    oldest: datetime | None = None
    doubtful: int = 0


class Live(_Form):
    """What only a running kiosk knows. `link`, `printer`, `scanner`: see `kiosk.status`.

    `failure`: why its last call found no server; `worry`: why the server takes nothing.
    """

    pid: int
    started_at: datetime
    link: str
    since: datetime | None = None
    failure: str | None = None
    worry: str | None = None
    printer: str = "unknown"
    scanner: str = "unknown"


class Inside(_Form):
    """All of it, at one moment."""

    version: str
    sqlite: str
    times: Times
    who: Who = Who()
    trust: Trust = Trust()
    outbox: Waiting = Waiting()
    packs: Packs = Packs()
    slips: Slips = Slips()
    today: int = 0
    kept: int = 0
    live: Live | None = None


@dataclass(frozen=True, slots=True)
class PathFacts:
    """A file or folder as it lies there. `secret`: for its owner alone, whatever the folder."""

    path: Path
    mode: int
    owner: int
    readable: bool
    secret: bool


@dataclass(frozen=True, slots=True)
class Room:
    """The disk under the data folder."""

    free: int
    total: int
    files_free: int
    files_total: int
    read_only: bool


@dataclass(frozen=True, slots=True)
class Machine:
    """What this machine says without opening anything. `folder` is None where there is none."""

    folder: PathFacts | None
    paths: tuple[PathFacts, ...]
    room: Room | None
    key_missing: bool
    """A database without the key that opens it."""
    access_missing: Path | None
    account: int
    """Who looks: a user id."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a question to the server found: its time, or why there was no answer."""

    fault: str | None
    now: datetime
    server: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What else there is to the outside. None: not looked at.

    `printer`: what the device said to us. `device`: of a serial scanner, `present`, `absent` or
    `forbidden`. `fonts`: whether slips can be drawn as pictures.
    """

    reach: Reach | None = None
    printer: str | None = None
    device: str | None = None
    fonts: bool = True


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has the data folder: `pid` of the lock's holder, `answers` by the control socket.

    `fault`: the code with which a held folder's socket did not answer. `closed`: what its screen
    gives as the reason to be out of service before there is a socket.
    """

    pid: int | None
    answers: bool
    fault: str | None = None
    closed: str | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """Everything that was gathered. `inside` is None where it could not be: `fault` says why."""

    at: datetime
    machine: Machine | None = None
    owner: Owner | None = None
    inside: Inside | None = None
    fault: str | None = None
    outlook: Outlook = Outlook()

    @property
    def running(self) -> bool:
        """Whether a kiosk answered."""
        return self.inside is not None and self.inside.live is not None
