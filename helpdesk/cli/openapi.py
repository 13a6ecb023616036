"""``helpdesk openapi``."""

from __future__ import annotations

import json

import typer

from helpdesk.cli.frame import frame_of

__all__ = ["add"]


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("openapi")(openapi)


def openapi(context: typer.Context) -> None:
    """Print the description of the HTTP interface."""
    from aiohttp import web

    from helpdesk.app import declare
    from helpdesk.web.openapi import document

    described = document(declare(web.Application()))
    frame_of(context).line(json.dumps(described, ensure_ascii=False, indent=2))
