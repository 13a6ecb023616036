"""What must stand in the environment before textual is imported.

Textual reads its variables once, at import. The kiosk decides them itself, whatever the
account it runs under has set.
"""

from __future__ import annotations

from collections.abc import MutableMapping

_FIXED = {
    # Scans must come as plain bytes; and several terminals lose input-method text under it.
    "TEXTUAL_DISABLE_KITTY_KEY": "1",
}
_DEVELOPERS = (
    "TEXTUAL",  # devtools, debug
    "TEXTUAL_ALLOW_SIGNALS",  # would let ctrl+c and ctrl+z through as signals
    "TEXTUAL_DEBUG",  # writes every key to a file
    "TEXTUAL_DRIVER",
    "TEXTUAL_LOG",
    "TEXTUAL_PRESS",
    "TEXTUAL_SCREENSHOT",
)


def prepare(environ: MutableMapping[str, str]) -> None:
    """Sets what the driver needs and removes developers' switches.

    The composition root calls it with `os.environ` before anything imports textual.
    """
    for name in _DEVELOPERS:
        environ.pop(name, None)
    environ.update(_FIXED)
