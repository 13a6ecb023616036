"""The web address in the QR code of Shenzhen's blockchain invoices."""

from __future__ import annotations

import re
from typing import Final

from invoices.errors import Fault, QrError

HOST: Final = "bcfp.shenzhen.chinatax.gov.cn"
PATH: Final = "/verify/scan"

_URL: Final = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE
)
_HASH: Final = re.compile(r"[0-9a-fA-F]{32,128}")
_NUMBER: Final = re.compile(r"[0-9]{8}")
_FEN: Final = re.compile(r"[0-9]{1,14}")
# What a keyboard scanner under a Chinese input method makes of the signs in an address.
_FROM_CHINESE_KEYS: Final = str.maketrans({"、": "/", "。": "."})


def looks_like_url(text: str) -> bool:
    """Whether the text starts like a web address, under a Chinese input method too."""
    head = text[:8].translate(_FROM_CHINESE_KEYS).lower()
    return head.startswith(("http://", "https://"))


def read_chain_url(text: str) -> tuple[str, int]:
    """Invoice number and amount in fen of a blockchain invoice's address.

    The host must be the tax office's own, letter for letter in any case, without port or
    user. Raises `QrError` `qr.host` or `qr.url`.
    """
    url = text.translate(_FROM_CHINESE_KEYS).replace("——", "_")
    parts = _URL.fullmatch(url)
    if parts is None:
        raise QrError(Fault.QR_URL)
    scheme, host, path, query = parts[1].lower(), parts[2].lower(), parts[3], parts[4] or ""
    if scheme != "https" or host != HOST:
        raise QrError(Fault.QR_HOST)
    pairs = [pair.partition("=") for pair in query.split("&")]
    values = {name: value for name, _, value in pairs}
    number, amount = values.get("bill_num", ""), values.get("total_amount", "")
    right = (
        path == PATH
        and len(values) == len(pairs)
        and _HASH.fullmatch(values.get("hash", ""))
        and _NUMBER.fullmatch(number)
        and _FEN.fullmatch(amount)
    )
    if not right:
        raise QrError(Fault.QR_URL)
    return number, int(amount)
