"""Pages as HTML: one template, every value escaped, no script, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import jinja2
from aiohttp import web
from markupsafe import Markup

if TYPE_CHECKING:
    from helpdesk.config import CentreSection
    from helpdesk.pages.page import Page
    from helpdesk.texts import Catalogue

_FOLDER: Final = Path(__file__).parent / "templates"
_OTHER: Final = {"zh_CN": "en", "en": "zh_CN"}


@dataclass(frozen=True, slots=True)
class Switch:
    """The way to the same page in the other language."""

    href: str
    lang: str
    label: str


class PageRenderer:
    """Reads its template when it is made: before the loop starts, or in a thread."""

    def __init__(self, centre: CentreSection) -> None:
        self._names = {"zh_CN": centre.name, "en": centre.name_en}
        self._centre = centre
        environment = jinja2.Environment(
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            loader=jinja2.FileSystemLoader(_FOLDER),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._template = environment.get_template("page.html")
        style = (_FOLDER / "style.css").read_text(encoding="utf-8")
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        # Ours, from beside the template: the one text that is not escaped.
        self._style = Markup(style)  # noqa: S704 - a file of this package
        self._headers = {
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self';"
                " base-uri 'none'; frame-ancestors 'none'"
            ),
            "X-Robots-Tag": "noindex, nofollow, noarchive",
        }

    def respond(self, page: Page, texts: Catalogue, path: str) -> web.Response:
        """The answer that shows `page`; `path` is where it is, for the switch of languages."""
        language, other = texts.language, _OTHER[texts.language]
        words = {
            "advice": texts.text("page.advice"),
            "language": texts.text("page.language"),
            "record": texts.text("page.label.record"),
            "look_up": texts.text("page.look_up"),
            "footer": texts.text(
                "page.footer", hotline=self._centre.hotline, hours=self._centre.hours
            ),
        }
        switch = Switch(f"{path}?lang={other}", _tag(other), texts.text("page.language.other"))
        body = self._template.render(
            page=page,
            style=self._style,
            words=words,
            switch=switch,
            language=language,
            lang=_tag(language),
            centre=self._names[language],
        )
        return web.Response(
            status=page.status,
            text=body,
            content_type="text/html",
            headers={**self._headers, "Content-Language": _tag(language)},
        )


def _tag(language: str) -> str:
    return language.replace("_", "-")
