"""A sheet of sample codes to open on a phone or to print."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from printers.raster import qr_modules
from tui.kiosk.answers import headline_key

if TYPE_CHECKING:
    from kiosk.demo.samples import Sample
    from kiosk.i18n import Translate

MODULE = 6
"""Pixels a module: scannable from a screen at arm's length."""

QUIET = 4

PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font-family: sans-serif; margin: 2rem; color: #111; background: #fff }}
main {{ display: flex; flex-wrap: wrap; gap: 2rem }}
figure {{ margin: 0; width: 16rem; break-inside: avoid }}
img {{ width: 16rem; height: 16rem; image-rendering: pixelated }}
figcaption {{ font-weight: bold }} code {{ font-size: .75rem; word-break: break-all }}
</style></head><body><h1>{title}</h1><p>{intro}</p><main>
{figures}
</main></body></html>
"""

FIGURE = (
    '<figure><figcaption>{caption}</figcaption><img alt="" src="data:image/png;base64,{picture}">'
    "<code>{payload}</code></figure>"
)


def write_sheet(samples: Sequence[Sample], page: Path, translate: Translate, language: str) -> None:
    """Write the page, its pictures inside: each code with the answer that it must give."""
    figures = [
        FIGURE.format(
            caption=html.escape(
                translate(headline_key(sample.verdict, sample.state, scanned=True))
            ),
            picture=base64.b64encode(png(sample.payload)).decode("ascii"),
            payload=html.escape(sample.payload),
        )
        for sample in samples
    ]
    text = PAGE.format(
        language=language.replace("_", "-"),
        title=html.escape(translate("demo.sheet.title")),
        intro=html.escape(translate("demo.sheet.intro")),
        figures="\n".join(figures),
    )
    page.write_text(text, encoding="utf-8")


def png(payload: str) -> bytes:
    """A payload as a QR picture with its quiet zone."""
    # Loading Pillow takes as long as showing the first screen.
    from PIL import Image

    modules = qr_modules(payload)
    size = len(modules) + 2 * QUIET
    picture = Image.new("1", (size, size), 1)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            if dark:
                picture.putpixel((x + QUIET, y + QUIET), 0)
    drawn = io.BytesIO()
    side = size * MODULE
    picture.resize((side, side), Image.Resampling.NEAREST).save(drawn, "PNG")
    return drawn.getvalue()
