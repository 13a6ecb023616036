"""What the visitor's screens need from the kiosk; `kiosk.bootstrap` passes objects that fit.

A port that bootstrap leaves `None` is a use case that does not exist: no tile, no button,
no key leads to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # only for the types: the first paint does without invoices (12 ms of CPU)
    from invoices.check import Check
    from invoices.claim import Claim
    from invoices.crc import CrcState
    from invoices.told import Told
    from tui.kiosk.centre import Centre

Stop = Callable[[], None]
"""Ends a watch; calling it twice is harmless."""


class Translate(Protocol):
    """Message key to sentence in one language; an unknown key comes back as it is."""

    def __call__(self, key: str, /, **values: object) -> str: ...


class Catalogues(Protocol):
    """The languages on offer, the first one being the default."""

    @property
    def languages(self) -> Sequence[str]:
        """Language codes such as `zh_CN`, `en`, in the order to offer them."""

    def translator(self, language: str) -> Translate:
        """The translator of one of `languages`."""


class Clock(Protocol):
    """The kiosk's clock."""

    def now(self) -> datetime:
        """The present moment, UTC."""

    def local(self, moment: datetime) -> datetime:
        """A moment on the centre's wall clock."""

    def today(self) -> date:
        """The centre's business day."""


@dataclass(frozen=True, slots=True)
class InvoiceRead:
    """A scan that names an invoice; `claim.missing` says what must still be typed."""

    claim: Claim
    crc: CrcState


@dataclass(frozen=True, slots=True)
class SlipRead:
    """A scan of one of our slips. Without the token only verdict and time may be shown."""

    record: str
    token: str | None


@dataclass(frozen=True, slots=True)
class Unread:
    """A scan nobody can read: show `error.<code>` with `params`."""

    code: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignedSlipRead:
    """A scan of a printed slip's code; what it says counts only once it is checked."""

    code: str


Reading = InvoiceRead | SlipRead | SignedSlipRead | Unread


class Reader(Protocol):
    """Scanner bytes (one whole scan, without prefix and terminator) to what they mean."""

    def read(self, scan: bytes) -> Reading:
        """Never raises, whatever the bytes."""


class Entry(StrEnum):
    """How the invoice came in."""

    SCAN = "scan"
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Refused:
    """The kiosk could not do it and nothing was saved: show `error.<code>` with `params`."""

    code: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChecksToday:
    """`made`: checks of one invoice at this kiosk today; `limit`: as many as a day has."""

    made: int
    limit: int


class Checks(Protocol):
    """The main job."""

    async def check(self, claim: Claim, entry: Entry) -> Check | Refused:
        """Ask, within the deadline; the answer is committed when this returns.

        A server that cannot be reached is a `Check` with verdict `unavailable`, kept.
        """

    async def checks_today(self, claim: Claim) -> ChecksToday | None:
        """How often the invoice was checked here today; `None` where no limit counts it."""


class SlipState(StrEnum):
    """What is known of a slip on its way to paper."""

    QUEUED = "queued"
    PRINTING = "printing"
    PRINTED = "printed"
    WAITING = "waiting"
    DOUBTFUL = "doubtful"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SlipShown:
    """A slip's state and, where there is one, the reason (`paper_out`, `cover_open`, ...)."""

    state: SlipState
    reason: str = ""


class Slips(Protocol):
    """Slips on paper."""

    async def print(self, record: str) -> SlipShown | Refused:
        """Queue the slip of a saved check; asking again for the same slip changes nothing."""

    def state(self, record: str) -> SlipShown | None:
        """The slip's state now, `None` where none was asked for."""

    def watch(self, record: str, heard: Callable[[SlipShown], None]) -> Stop:
        """Call `heard` on the event loop at every change."""

    def visitor_left(self) -> None:
        """Slips of this visit that wait for the printer are not printed for the next visitor."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a record number alone may show to whoever holds it."""

    record: str
    at: datetime
    told: Told


class Records(Protocol):
    """Earlier checks."""

    async def find(self, record: str, token: str | None) -> Check | Summary | None:
        """The whole check with the right token, its summary without one, else `None`."""

    async def present_state(self, check: Check) -> Told | None:
        """What the invoice of an earlier check is now, `None` where nobody can tell.

        The registry or the data on this machine are asked anew; it is no check, is not kept and
        counts towards no limit.
        """


@dataclass(frozen=True, slots=True)
class ScreenCode:
    """The text of a record's QR code; `opens`: a phone's camera opens it as a page."""

    text: str
    opens: bool = False


class RecordCodes(Protocol):
    """The codes that open records."""

    def of(self, record: str, token: str) -> ScreenCode:
        """The code to show of a record; never more than fits 33 by 17 cells."""


class SlipWorth(StrEnum):
    """Whether to believe a slip."""

    GOOD = "good"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """It cannot be told here and now."""


@dataclass(frozen=True, slots=True)
class SlipSays:
    """What a slip's code says; `told` is the answer of a check, None of any other slip."""

    record: str
    centre: str
    kiosk: str
    at: datetime
    told: Told | None


@dataclass(frozen=True, slots=True)
class SignedSlip:
    """A slip's code, checked by the list of signing keys that this kiosk holds.

    Attributes:
        worth: whether to believe it.
        fault: show `error.<fault>` with `params`; empty for a good one.
        says: what the code says; None where it may not be what its kiosk wrote.
        listed_at: as of when the list is; None where there is none.
        check: the whole check, where it is this kiosk's own.
    """

    worth: SlipWorth
    fault: str = ""
    params: dict[str, str] = field(default_factory=dict)
    says: SlipSays | None = None
    listed_at: datetime | None = None
    check: Check | None = None


class SignedSlips(Protocol):
    """Slips that prove themselves, without a server."""

    async def find(self, code: str) -> SignedSlip:
        """Check the code, whatever it is."""


class Link(StrEnum):
    """The kiosk's link to the server."""

    ONLINE = "online"
    DEGRADED = "degraded"
    OFFLINE = "offline"
    FENCED = "fenced"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Health:
    """What every screen's head shows.

    `data_as_of`: of when the data on this machine are that answer without a link, None without.
    """

    link: Link
    since: datetime | None
    printer: str
    """`ready`, `near_end`, `paper_out`, `cover_open`, `offline`, `error`, `unknown`, `none`."""
    scanner: str
    """`ready`, `lost`, `unknown`, `none`."""
    data_as_of: datetime | None = None


class Status(Protocol):
    """Health of the kiosk as far as known."""

    def health(self) -> Health:
        """The present state; never waits."""

    def watch(self, heard: Callable[[Health], None]) -> Stop:
        """Call `heard` on the event loop at every change."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A code of the demo's sheet: what to expect of it, and the bytes a scanner would send."""

    key: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Ports:
    """All that the screens may call."""

    catalogues: Catalogues
    clock: Clock
    reader: Reader
    status: Status
    centre: Centre
    checks: Checks | None = None
    slips: Slips | None = None
    records: Records | None = None
    signed_slips: SignedSlips | None = None
    codes: RecordCodes | None = None
    samples: Sequence[Sample] = ()
    sample_page: str = ""
    """The file with pictures of the same codes, to hold to a real scanner."""
    bell: bool = False
    """Whether scans are heard: one sound for one that was understood, two for any other."""
    repeat_seconds: float = 3.0
    """Seconds after a code was last read in which the same code is the same check."""
    oldest: Callable[[], date | None] = lambda: None
    """The first day of issue that a check goes back to; None without a limit."""
