"""A page read by a parser that forgives nothing: what a person reads, and what a browser loads."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "input", "link", "br", "hr", "img"}
LOADS = {"script", "img", "link", "iframe", "object", "embed", "video", "audio", "base", "source"}
KNOWN = {
    *("html", "head", "title", "style", "meta", "body", "header", "main", "footer", "nav"),
    *("section", "h1", "h2", "p", "a", "span", "dl", "div", "dt", "dd", "ul", "li"),
    *("form", "label", "input", "button"),
}


@dataclass
class Document:
    """What came: `text` as a person reads it, line by line."""

    status: int
    headers: dict[str, str]
    html: str
    lines: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    attributes: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    style: str = ""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.attributes if name == tag]


class _Reader(HTMLParser):
    def __init__(self, document: Document) -> None:
        super().__init__(convert_charrefs=True)
        self.document = document
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert tag in KNOWN, tag
        assert len(names) == len(set(names)), names
        assert not [name for name in names if name.startswith("on") or name == "style"]
        self.document.attributes.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.document.style += data
        elif data.strip():
            self.document.lines.append(data.strip())


def parsed(status: int, headers: dict[str, str], html: str) -> Document:
    """The page, once it is known to be whole, safe, and to load nothing from anywhere."""
    document = Document(status, headers, html)
    if status == 303:
        return document
    assert html.startswith("<!doctype html>\n")
    reader = _Reader(document)
    reader.feed(html)
    reader.close()
    assert reader.open == []
    _safe(document)
    _accessible(document)
    return document


def _safe(document: Document) -> None:
    headers, tags = document.headers, {tag for tag, _ in document.attributes}
    assert not tags & LOADS
    assert "url(" not in document.style
    assert "@import" not in document.style
    assert not re.findall(r"https?://", document.html)
    policy = headers["Content-Security-Policy"]
    digest = base64.b64encode(hashlib.sha256(document.style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Robots-Tag"].startswith("noindex")
    assert headers["Server"] == "yanpiao"


def _accessible(document: Document) -> None:
    (html,) = document.of("html")
    assert html["lang"] == document.headers["Content-Language"]
    assert len(document.of("h1")) == len(document.of("main")) == len(document.of("title")) == 1
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in document.of(
        "meta"
    )
    labelled = {each["for"] for each in document.of("label")}
    asked = {each["id"] for each in document.of("input") if each.get("type") != "hidden"}
    assert labelled == asked
    (link,) = document.of("a")
    assert link["hreflang"] == link["lang"] != html["lang"]
