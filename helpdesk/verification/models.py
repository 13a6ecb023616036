"""The rows of checks, as they lie in the database."""

from __future__ import annotations

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class CheckRow(Model):
    """One check: what was asked and answered is sealed."""

    op_id = fields.CharField(max_length=36, primary_key=True)
    identity = fields.CharField(max_length=32, null=True)
    day = fields.CharField(max_length=10)
    channel = fields.CharField(max_length=12)
    verdict = fields.CharField(max_length=12)
    state = fields.CharField(max_length=12, null=True)
    record = fields.CharField(max_length=32)
    token_index = fields.CharField(max_length=32, null=True)
    at_ms = fields.BigIntField()
    sealed = fields.BinaryField()

    class Meta:
        """Where it is kept."""

        table = "verification_check"
        table_description = "Checks, sealed"
        indexes: ClassVar = [("record",)]
        app = "verification"


class CountRow(Model):
    """How often an invoice was checked, found or not: `<day>|<channel>|<identity>`."""

    cell = fields.CharField(max_length=64, primary_key=True)
    checks = fields.IntField()

    class Meta:
        """Where it is kept."""

        table = "verification_count"
        table_description = "Checks of an invoice on a day"
        app = "verification"


class CounterRow(Model):
    """The last record number given out: `<day>|<prefix>`."""

    cell = fields.CharField(max_length=24, primary_key=True)
    value = fields.BigIntField()

    class Meta:
        """Where it is kept."""

        table = "verification_record"
        table_description = "Record numbers given out"
        app = "verification"
