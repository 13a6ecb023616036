"""A QR code in characters, for a terminal: two rows of it in one line."""

from __future__ import annotations

from typing import Final

_BLOCKS: Final = {
    (True, True): " ",
    (True, False): "▄",
    (False, True): "▀",
    (False, False): "█",
}
"""Dark above, dark below. Light is drawn, so that it reads on a dark terminal."""
_QUIET: Final = 2


def qr_lines(data: str) -> list[str]:
    """The lines of the code of `data`, with a quiet zone."""
    import qrcode  # late: only one command draws

    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_L, border=_QUIET, box_size=1
    )
    code.add_data(data)
    code.make(fit=True)
    rows = code.get_matrix()
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    return [
        "".join(_BLOCKS[bool(above), bool(below)] for above, below in zip(*pair, strict=True))
        for pair in zip(rows[::2], rows[1::2], strict=True)
    ]
