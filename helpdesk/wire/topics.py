"""Every topic of the change log: what the server publishes and a kiosk follows.

A topic that only one side knows is a promise nobody keeps, so both take their names from here,
and a test compares what a server publishes with what a kiosk follows. A reader skips members
that it does not know: a later version may say more.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

CENTRE: Final = "centre"
"""Who runs the kiosks, as people read it: `CentreInfo` under the empty key."""
RULES: Final = "rules"
"""The rules of a check: `CheckRules` under the empty key."""
TRUST: Final = "trust"
"""The trust list with its parts: `trust_file.TrustFile` under the empty key."""
REGION_KEY: Final = "region_key"
"""A region's pack key for one kiosk, under the region's name: `region_key_box`."""
SITE: Final = "site"
"""Where phones reach the server, under the empty key: `{"site": "https://HOST"}`, see `site`."""

TOPICS: Final = (CENTRE, RULES, TRUST, REGION_KEY, SITE)


class _Value(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class CentreInfo(_Value):
    """The service centre."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    name_en: Annotated[str, Field(min_length=1, max_length=200)]
    address: Annotated[str, Field(max_length=500)] = ""
    hotline: Annotated[str, Field(max_length=100)] = ""
    hours: Annotated[str, Field(max_length=200)] = ""


class CheckRules(_Value):
    """Which invoices are not looked up, and how often one may be: 0 turns a rule off."""

    next_day: bool
    years: Annotated[int, Field(ge=0, le=100)]
    daily_limit: Annotated[int, Field(ge=0)]
