"""Keys of what the application carries."""

from __future__ import annotations

from aiohttp import web

from helpdesk.resources import Resources

__all__ = ["RESOURCES"]

RESOURCES: web.AppKey[Resources] = web.AppKey("helpdesk.resources", Resources)
"""Set before any slice's ``cleanup_ctx`` runs."""
