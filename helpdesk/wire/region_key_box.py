"""A region's key on its way to one kiosk by the log of changes: topic `region_key`, key the region.

The value is `{"epoch": number, "box": base64url}`; the box opens with the kiosk's sealing key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from helpdesk.wire import binary, sealed_box
from helpdesk.wire.enrolment import RegionKey
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

EPOCH: Final = "epoch"
BOX: Final = "box"

_CONTEXT: Final = b"yanpiao/region-key/1\0"


def seal(kiosk: str, public: bytes, key: RegionKey, ephemeral: bytes) -> dict[str, JsonValue]:
    """The value for the kiosk whose sealing key is `public`; `ephemeral` as `sealed_box.seal`."""
    plain = key.model_dump_json().encode()
    context = _CONTEXT + kiosk.encode()
    box = sealed_box.seal(public, plain, context=context, ephemeral=ephemeral)
    return {EPOCH: key.epoch, BOX: binary.to_text(box)}


def unseal(kiosk: str, private: bytes, value: Mapping[str, JsonValue]) -> RegionKey:
    """The key in a value.

    Raises:
        WireError: `base64.form`, `seal.*`; `enrolment.grant` for content that is no key.
    """
    box = binary.from_text(str(value.get(BOX, "")))
    plain = sealed_box.unseal(private, box, context=_CONTEXT + kiosk.encode())
    try:
        return RegionKey.model_validate_json(plain)
    except ValidationError as error:
        raise WireError(Fault.ENROLMENT_GRANT) from error
