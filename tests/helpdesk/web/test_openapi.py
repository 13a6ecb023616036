"""What the document says of credentials is what the guard lets in."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from helpdesk.app import declare
from helpdesk.web.openapi import document


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return document(declare(web.Application()))


def test_each_operation_names_the_credentials_it_takes(described: dict[str, Any]) -> None:
    told = {
        operation["operationId"]: [name for each in operation["security"] for name in each or [""]]
        for path in described["paths"].values()
        for operation in path.values()
    }
    everybody = ["", "shared_secret", "signature", "operator"]
    assert told["verify"] == told["enrol"] == everybody
    assert told["push"] == told["changes"] == told["rotate_key"] == ["signature"]
    assert told["exceptions"] == told["resolve_exception"] == ["operator"]
    assert {tuple(names) for names in told.values()} == {
        tuple(everybody),
        ("signature",),
        ("operator",),
        ("shared_secret", "signature"),
    }


def test_every_credential_says_how_it_is_made(described: dict[str, Any]) -> None:
    schemes = described["components"]["securitySchemes"]
    assert {name: scheme["name"] for name, scheme in schemes.items()} == {
        "shared_secret": "Authorization",
        "signature": "Signature",
        "operator": "Authorization",
    }
    assert "Yanpiao-Kiosk" in schemes["shared_secret"]["description"]
    assert "Yanpiao-Operator" in schemes["operator"]["description"]
    assert "RFC 9421" in schemes["signature"]["description"]
