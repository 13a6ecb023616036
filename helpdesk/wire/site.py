"""The addresses of records and slips, which a phone's camera opens: `HTTPS://HOST/R/...`, `/S/...`.

All in capitals and digits, so that a QR code holds them in its alphanumeric mode. A reader takes
any case, since a scanner may have sent them with the shift lock on, and no other host than ours.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final, Self

import base45

from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.slip_code import LENGTH, PREFIX
from invoices.record import read_record_code, record_code

LONGEST_HOST: Final = 28
"""Characters of the host and its port: with more, a slip would take more than version 10 at level
M, and the code on screen more than version 3 at level L."""
LONGEST_ON_SCREEN: Final = 77
"""Characters of a version 3 code at level L in alphanumeric mode: 33 by 17 cells."""
EXAMPLE: Final = "https://yp.example.gov.cn"

_LABEL: Final = r"[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?"
_HOST: Final = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}(?::[1-9][0-9]{{0,4}})?")
_SCHEME: Final = "HTTPS://"
_LAST_PORT: Final = 65535
_BLOCK: Final = 8
"""Characters in which base32 is padded."""


@dataclass(frozen=True, slots=True)
class RecordAddress:
    """What the address of a record names; without its token it opens less."""

    record: str
    token: str | None


@dataclass(frozen=True, slots=True)
class SlipAddress:
    """What the address of a slip holds: its code, spelled as `slip_code` reads it."""

    code: str


@dataclass(frozen=True, slots=True)
class Site:
    """Where the public reaches the server. `host` in capitals, with its port where it has one."""

    host: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """The site of `https://HOST` or `https://HOST:PORT`, written in any case.

        Raises:
            WireError: `site.form`; `site.long` for a host of more than `LONGEST_HOST` characters.
        """
        spelled = text.strip().upper().removesuffix("/")
        host = spelled.removeprefix(_SCHEME)
        if host == spelled or not _HOST.fullmatch(host):
            raise WireError(Fault.SITE_FORM)
        if len(host) > LONGEST_HOST:
            raise WireError(Fault.SITE_LONG, {"limit": str(LONGEST_HOST)})
        if int(host.partition(":")[2] or 1) > _LAST_PORT:
            raise WireError(Fault.SITE_FORM)
        return cls(host)

    @property
    def url(self) -> str:
        """The address as people write it, without a slash at its end."""
        return (_SCHEME + self.host).lower()

    def record_address(self, record: str, token: str) -> str:
        """The address that opens a record. Raises `RecordError` as `record_code`."""
        _, number, secret = record_code(record, token).split(":")
        return f"{_SCHEME}{self.host}/R/{number}/{secret}"

    def slip_address(self, code: str) -> str:
        """The address of a slip, from the code that `slip_code.issue` wrote."""
        data = base45.b45decode(code.removeprefix(PREFIX))
        return f"{_SCHEME}{self.host}/S/{base64.b32encode(data).decode().rstrip('=')}"

    def read(self, text: str) -> RecordAddress | SlipAddress | None:
        """What an address of this site names; None for any other text.

        Raises:
            RecordError: `record.form` or `record.token` for a damaged address of a record.
            WireError: `slip.address` for any other damaged address of this site.
        """
        spelled = text.strip().upper()
        head = f"{_SCHEME}{self.host}/"
        if not spelled.startswith(head):
            return None
        kind, _, rest = spelled.removeprefix(head).partition("/")
        if kind == "R":
            return read_record_path(rest)
        if kind != "S":
            raise WireError(Fault.SLIP_ADDRESS)
        return SlipAddress(code_of_path(rest))


def read_record_path(path: str) -> RecordAddress:
    """What stands behind `/R/`: a record number, and its token if there is one.

    Raises:
        RecordError: `record.form` or `record.token`.
    """
    spelled = path.upper()
    number, _, token = spelled.partition("/")
    return RecordAddress(*read_record_code(f"YPR:{number}:{token}" if token else number))


def code_of_path(path: str) -> str:
    """The slip code that stands behind `/S/`, spelled as `slip_code` reads it.

    Raises:
        WireError: `slip.address` for what is not base32 in its one spelling, or too long.
    """
    spelled = path.upper()
    padded = spelled + "=" * (-len(spelled) % _BLOCK)
    try:
        data = base64.b32decode(padded)
    except (binascii.Error, ValueError) as error:
        raise WireError(Fault.SLIP_ADDRESS) from error
    code = PREFIX + str(base45.b45encode(data), "ascii")
    one = base64.b32encode(data).decode().rstrip("=")
    if not data or one != spelled or len(code) > LENGTH:
        raise WireError(Fault.SLIP_ADDRESS)
    return code
