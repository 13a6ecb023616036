"""New keys for old ones, in two phases, so that no lost answer locks the kiosk out.

1. The new key is kept here, then registered with the server, signed by the old one. Until it is
   used the server takes both; asking again changes nothing.
2. The kiosk signs with the new one. The server drops the old at the first such request.

The old key stays here until the next rotation: a server that is restored to before this one
knows no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from helpdesk.wire.sync import KEY_PATH, key_request
from kiosk.identity.calls import code_of
from kiosk.identity.refusal import RefusalError
from kiosk.transport import Call

if TYPE_CHECKING:
    from kiosk.clock import Clock
    from kiosk.identity.book import IdentityBook
    from kiosk.identity.calls import ServerCalls

DEADLINE: Final = 10.0
LIFE: Final = timedelta(days=90)
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class Rotation:
    """The use case: `turn` does the next step that is due."""

    calls: ServerCalls
    identities: IdentityBook
    clock: Clock

    @property
    def due(self) -> bool:
        """Whether the present key is old, or the step to a new one was begun."""
        form, identity = self.identities.form, self.identities.current
        if form is None or identity is None or not identity.trusted:
            return False
        age = self.clock.now() - form.key_since
        # Since tomorrow: that was a wrong clock's word, and says nothing of how old the key is.
        return form.following is not None or age >= LIFE or age < -timedelta(days=1)

    async def turn(self) -> None:
        """Register the key that follows, and sign with it from now on.

        Raises:
            TransportError: no answer; the next turn asks again.
            RefusalError: the server's no; the present key goes on.
        """
        pair = await self.identities.following()
        request = key_request(pair.signer, self.identities.needed.kiosk, pair.public)
        body = request.model_dump_json().encode()
        headers = {"Content-Type": "application/json"}
        reply = await self.calls.call(Call("POST", KEY_PATH, body=body, headers=headers), DEADLINE)
        if reply.status != _OK:
            raise RefusalError(code_of(reply), reply.status)
        await self.identities.rotate(self.clock.now())
