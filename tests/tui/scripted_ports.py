"""The kiosk as a script: real classes that record what was asked and answer what they were told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

from babel.messages.pofile import read_po

from invoices.advice import advice_for
from invoices.check import Check
from invoices.claim import Claim, from_qr
from invoices.errors import QrError, RecordError
from invoices.face import Details, Face, details_of
from invoices.kinds import Field, Kind
from invoices.outcome import Outcome
from invoices.qr import read
from invoices.record import read_record_code
from invoices.told import Told
from invoices.verdict import Source, State, Verdict
from tui.kiosk.app import KioskApp
from tui.kiosk.centre import Centre
from tui.kiosk.ports import (
    ChecksToday,
    Entry,
    Health,
    InvoiceRead,
    Link,
    Ports,
    Reading,
    Refused,
    Sample,
    SlipRead,
    SlipShown,
    SlipState,
    Stop,
    Summary,
    Translate,
    Unread,
)

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, 2, 24, 7, tzinfo=UTC)
BEIJING = timezone(timedelta(hours=8))
DOMAINS = ("tui", "kiosk")


def catalogue(language: str, domain: str) -> dict[str, str]:
    """Key to sentence, straight from the .po file."""
    path = ROOT / "kiosk" / "locale" / language / "LC_MESSAGES" / f"{domain}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


class PoCatalogues:
    """Translations without compiling anything."""

    def __init__(self, domains: Sequence[str] = DOMAINS) -> None:
        self.languages: Sequence[str] = ("zh_CN", "en")
        self._texts = {
            language: {
                key: text
                for domain in reversed(domains)
                for key, text in catalogue(language, domain).items()
            }
            for language in self.languages
        }
        self.unknown: set[str] = set()

    def translator(self, language: str) -> Translate:
        texts = self._texts[language]

        def translate(key: str, /, **values: object) -> str:
            if key not in texts:
                self.unknown.add(str(key))
                return key
            return texts[key].format_map(values)

        return translate


CATALOGUES = PoCatalogues()


@dataclass
class FixedClock:
    """Stands still until told to go on."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(BEIJING)

    def today(self) -> date:
        return self.local(self.moment).date()


class PlainReader:
    """What the kiosk's reader does with clean bytes."""

    def read(self, scan: bytes) -> Reading:
        text = scan.decode("utf-8", "replace")
        if text.startswith("YPR:"):
            try:
                record, token = read_record_code(text)
            except RecordError as error:
                return Unread(error.code)
            return SlipRead(record, token)
        try:
            invoice = read(text)
        except QrError as error:
            return Unread(error.code, dict(error.params))
        return InvoiceRead(from_qr(invoice), invoice.crc)


@dataclass
class ScriptedChecks:
    """Answers with `answer`; with `gate` set it waits for it first."""

    answer: Check | Refused
    gate: asyncio.Event | None = None
    asked: list[tuple[Claim, Entry]] = field(default_factory=list)
    today: ChecksToday | None = field(default_factory=lambda: ChecksToday(2, 5))

    async def checks_today(self, claim: Claim) -> ChecksToday | None:
        return self.today

    async def check(self, claim: Claim, entry: Entry) -> Check | Refused:
        self.asked.append((claim, entry))
        if self.gate is not None:
            await self.gate.wait()
        return self.answer


@dataclass
class ScriptedSlips:
    """One slip; `told` sends news to whoever watches."""

    shown: SlipShown | Refused | None = None
    first: SlipShown | Refused = field(default_factory=lambda: SlipShown(SlipState.PRINTED))
    printed: list[str] = field(default_factory=list)
    watchers: list[Callable[[SlipShown], None]] = field(default_factory=list)
    visits_ended: int = 0

    async def print(self, record: str) -> SlipShown | Refused:
        self.printed.append(record)
        self.shown = self.first
        return self.first

    def state(self, record: str) -> SlipShown | None:
        return self.shown if isinstance(self.shown, SlipShown) else None

    def watch(self, record: str, heard: Callable[[SlipShown], None]) -> Stop:
        self.watchers.append(heard)
        return lambda: self.watchers.remove(heard) if heard in self.watchers else None

    def visitor_left(self) -> None:
        self.visits_ended += 1

    def tell(self, shown: SlipShown) -> None:
        self.shown = shown
        for heard in [*self.watchers]:
            heard(shown)


@dataclass
class ScriptedRecords:
    """Earlier checks by record number."""

    found: Check | Summary | None = None
    present: Told | None = None
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    async def find(self, record: str, token: str | None) -> Check | Summary | None:
        self.asked.append((record, token))
        return self.found

    async def present_state(self, check: Check) -> Told | None:
        return self.present


@dataclass
class ScriptedStatus:
    """Health as told."""

    current: Health = field(
        default_factory=lambda: Health(Link.ONLINE, None, printer="ready", scanner="ready")
    )
    watchers: list[Callable[[Health], None]] = field(default_factory=list)

    def health(self) -> Health:
        return self.current

    def watch(self, heard: Callable[[Health], None]) -> Stop:
        self.watchers.append(heard)
        return lambda: self.watchers.remove(heard) if heard in self.watchers else None

    def tell(self, health: Health) -> None:
        self.current = health
        for heard in [*self.watchers]:
            heard(health)


CENTRE = Centre(
    name="北京市朝阳区税务服务中心",
    name_en="Chaoyang District Tax Service Centre, Beijing",
    hotline="12366",
    hours="工作日 9:00–17:00",
    address="朝阳区示范路 1 号",
)

FACE = Face(
    kind=Kind.E_ORDINARY,
    code="011002600111",
    number="12345678",
    issued_on=date(2026, 11, 3),
    net=9159,
    tax=1191,
    total=10350,
    check_code="04539546210006479666",
    seller_tax_id="91110108MA01G0FB09",
    seller_name="北京晴川示例科技有限公司",
    buyer_name="不应显示的购买方",
)
COMPARED = (Field.CODE, Field.NUMBER, Field.ISSUED_ON, Field.CHECK_CODE)
SCAN = b"01,10,011002600111,12345678,91.59,20261103,04539546210006479666,"
RECORD = "A03-261124-0127"
TOKEN = "ABCDEFGHIJKLMNOP2345"
SLIP_SCAN = f"YPR:{RECORD}:{TOKEN}".encode()


_AS_OF = {
    None: None,
    Source.REGISTRY: NOW,
    Source.UPSTREAM: NOW,
    Source.PACK: NOW - timedelta(hours=18),
}


def check_of(
    verdict: Verdict,
    state: State | None = None,
    *,
    details: Details | None = None,
    source: Source | None = Source.REGISTRY,
    claim: Claim | None = None,
) -> Check:
    """A check with this answer, as the kiosk would have kept it."""
    matched = verdict is Verdict.MATCH
    stated = claim or from_qr(read(SCAN.decode()))
    asked = verdict in {Verdict.MATCH, Verdict.MISMATCH, Verdict.NOT_FOUND}
    compared = COMPARED if verdict in {Verdict.MATCH, Verdict.MISMATCH} else ()
    known = source if asked else None
    return Check(
        op_id="01932c5e-0000-7000-8000-000000000001",
        record=RECORD,
        token=TOKEN,
        claim=stated,
        outcome=Outcome(
            verdict=verdict,
            state=state,
            source=known,
            as_of=_AS_OF[known],
            compared=compared,
            advice=advice_for(verdict, state, kind=stated.kind, source=known, compared=compared),
            details=(details or details_of(FACE)) if matched else None,
        ),
        at=NOW,
    )


@dataclass
class Kiosk:
    """An app on a script, with every part of the script at hand."""

    checks: ScriptedChecks | None = field(
        default_factory=lambda: ScriptedChecks(check_of(Verdict.MATCH, State.NORMAL))
    )
    slips: ScriptedSlips | None = field(default_factory=ScriptedSlips)
    records: ScriptedRecords | None = field(default_factory=ScriptedRecords)
    status: ScriptedStatus = field(default_factory=ScriptedStatus)
    clock: FixedClock = field(default_factory=FixedClock)
    samples: Sequence[Sample] = ()
    oldest: date | None = date(2021, 11, 24)
    centre: Centre = CENTRE
    gate: asyncio.Event | None = None
    idle: int = 60
    faults: list[str] = field(default_factory=list)

    def app(self, language: str = "zh_CN", theme: str = "default") -> KioskApp:
        return KioskApp(
            catalogues=CATALOGUES,
            clock=self.clock,
            centre=self.centre,
            ports=self.ports,
            on_fault=self.faults.append,
            idle=self.idle,
            language=language,
            theme=theme,
        )

    async def ports(self) -> Ports:
        if self.gate is not None:
            await self.gate.wait()
        return Ports(
            catalogues=CATALOGUES,
            clock=self.clock,
            reader=PlainReader(),
            status=self.status,
            centre=self.centre,
            checks=self.checks,
            slips=self.slips,
            records=self.records,
            samples=self.samples,
            oldest=lambda: self.oldest,
        )
