"""From an Authorization header to a principal, in constant time."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from types import MappingProxyType

from helpdesk.web.errors import RequestError
from helpdesk.web.permission import ANONYMOUS, Channel, Principal

__all__ = ["CHALLENGE", "OPERATOR_SCHEME", "SCHEME", "Principals"]

SCHEME = "Yanpiao-Kiosk"
OPERATOR_SCHEME = "Yanpiao-Operator"
CHALLENGE: Mapping[str, str] = MappingProxyType({"WWW-Authenticate": SCHEME})

_CREDENTIALS = re.compile(rf"{SCHEME} ([A-Z0-9]{{1,8}}):([0-9a-f]{{64}})", re.ASCII)
_OPERATOR = re.compile(rf"{OPERATOR_SCHEME} ([0-9a-f]{{64}})", re.ASCII)
_NOTHING = bytes(32)


class Principals:
    """Knows who presents which secret. ``kiosk_access`` None: kiosks share none any more."""

    def __init__(self, kiosk_access: bytes | None, operator_access: bytes) -> None:
        self._kiosk_access = kiosk_access
        self._operator_access = operator_access

    def resolve(self, authorization: str | None) -> Principal:
        """Return who calls: nobody in particular without a header.

        Raises:
            RequestError: 401 ``auth.credentials`` for a header that proves nothing; it is
                never taken for an anonymous call, or a kiosk with a wrong secret would not
                notice.
        """
        if authorization is None:
            return ANONYMOUS
        if operator := _OPERATOR.fullmatch(authorization):
            if hmac.compare_digest(bytes.fromhex(operator[1]), self._operator_access):
                return Principal(Channel.OPERATOR)
            raise RequestError("auth.credentials", status=401, headers=CHALLENGE)
        match = _CREDENTIALS.fullmatch(authorization)
        secret = bytes.fromhex(match[2]) if match else _NOTHING
        shared = self._kiosk_access or _NOTHING
        known = hmac.compare_digest(secret, shared) and self._kiosk_access is not None
        if not known or match is None:
            raise RequestError("auth.credentials", status=401, headers=CHALLENGE)
        return Principal(Channel.KIOSK, match[1])
