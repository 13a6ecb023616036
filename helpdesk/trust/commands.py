"""What the control socket offers of keys and slips."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from helpdesk.security.errors import KeyRingError
from helpdesk.trust.authority import as_trust_error, kid_from, open_authority
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.signing_key import kid_of
from helpdesk.wire.site import RecordAddress
from helpdesk.wire.trust_file import TrustFile
from invoices.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from helpdesk.resources import Resources
    from helpdesk.slices import JsonValue
    from helpdesk.wire.slip_claims import SlipClaims
    from helpdesk.wire.trust_list import TrustedKey

LIST = "keys.list"
REVOKE = "keys.revoke"
TRUST_LIST = "keys.trust-list"
CHECK_SLIP = "slips.check"
REVOKE_SLIP = "slips.revoke"


async def list_keys(
    resources: Resources, _params: Mapping[str, JsonValue]
) -> AsyncIterator[Mapping[str, JsonValue]]:
    """Each certified key as `{"kid", "holder", "centre", "uses", "not_after", ...}`."""
    for key in await open_authority(resources).keys():
        yield _line(key)


async def revoke_key(
    resources: Resources, params: Mapping[str, JsonValue]
) -> AsyncIterator[Mapping[str, JsonValue]]:
    """Revoke `params["kid"]`: `{"kid", "fresh"}`. Raises `TrustError`."""
    kid = kid_from(str(params.get("kid", "")))
    authority = open_authority(resources)
    async with resources.database.transaction() as tx:
        fresh = await authority.revoke(tx, kid, resources.clock.now())
    yield {"kid": kid.hex(), "fresh": fresh}


async def write_trust_list(
    resources: Resources, params: Mapping[str, JsonValue]
) -> AsyncIterator[Mapping[str, JsonValue]]:
    """Write the present list to `params["file"]`: `{"version", "file"}`. Raises `TrustError`."""
    path = Path(str(params.get("file", "")))
    delivery = await open_authority(resources).trust_list_for()
    told = TrustFile(bundle=delivery.bundle, parts=delivery.parts)
    await asyncio.to_thread(_write, path, told.model_dump_json().encode() + b"\n")
    yield {"version": delivery.version, "file": str(path)}


async def revoke_slip(
    resources: Resources, params: Mapping[str, JsonValue]
) -> AsyncIterator[Mapping[str, JsonValue]]:
    """Take the slip of `params["code"]` back: as `check_slip`, with `"fresh"`.

    Raises `TrustError`, with a code `slip.*` where the code does not hold anyway.
    """
    try:
        slip, fresh = await open_authority(resources).revoke_slip(_code(resources, params))
    except WireError as error:
        raise as_trust_error(error) from error
    yield {**_slip_line(slip.claims), "fresh": fresh}


async def check_slip(
    resources: Resources, params: Mapping[str, JsonValue]
) -> AsyncIterator[Mapping[str, JsonValue]]:
    """What the slip of `params["code"]` says.

    `{"record", "issuer", "issued_at", "verdict"}`, of a check also `"state", "source", "as_of",
    "outdated"`. Raises `TrustError`, with a code `slip.*` where it does not hold.
    """
    try:
        slip = await open_authority(resources).check_slip(_code(resources, params))
    except WireError as error:
        raise as_trust_error(error) from error
    yield _slip_line(slip.claims)


def _code(resources: Resources, params: Mapping[str, JsonValue]) -> str:
    """The slip's code as given, or as an address of our own site holds it.

    Raises:
        WireError: `slip.address`.
    """
    given, site = str(params.get("code", "")).strip(), resources.config.helpdesk.public_site
    try:
        address = None if site is None else site.read(given)
    except RecordError as error:
        raise WireError(Fault.SLIP_ADDRESS) from error
    if isinstance(address, RecordAddress):
        raise WireError(Fault.SLIP_ADDRESS)
    return given if address is None else address.code


def _slip_line(claims: SlipClaims) -> Mapping[str, JsonValue]:
    told = claims.told
    line = {
        "record": claims.record,
        "issuer": claims.issuer,
        "issued_at": claims.issued_at.isoformat(),
    }
    if told is None:
        return {**line, "verdict": None}
    return {
        **line,
        "verdict": told.verdict.value,
        "state": told.state and told.state.value,
        "source": told.source and told.source.value,
        "as_of": None if told.as_of is None else told.as_of.isoformat(),
        "outdated": told.outdated,
    }


def _line(key: TrustedKey) -> Mapping[str, JsonValue]:
    return {
        "kid": kid_of(key.public).hex(),
        "centre": key.centre,
        "holder": key.holder,
        "uses": [use.name.lower() for use in key.uses],
        "not_before": key.not_before.isoformat(),
        "not_after": key.not_after.isoformat(),
        "revoked_at": None if key.revoked_at is None else key.revoked_at.isoformat(),
    }


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all; the list is public."""
    draft = path.with_name(path.name + ".new")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise KeyRingError("keys.folder", path=str(path)) from error
