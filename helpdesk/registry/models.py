"""The rows of the registry, as they lie in the database.

Writes are numbered in the order of their commits: `added` is the number of the write that brought
a row in, `revision` of the one that changed it last. Who follows the registry asks for rows after
the last number they know.

An invoice's row id is the blind index of its identity: the row's seal is bound to it, so a
sealed row moved under another invoice does not open. It is bound to `version` too, which goes up
with each change of the row: a former seal does not open in a changed row (`store.seal_place`).
"""

from __future__ import annotations

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class Invoice(Model):
    """One invoice: all that is sensitive sealed in one blob, the rest as queries need it."""

    identity = fields.CharField(max_length=32, primary_key=True)
    number_index = fields.CharField(max_length=32, db_index=True)
    kind = fields.CharField(max_length=12)
    issued_on = fields.CharField(max_length=10)
    region = fields.CharField(max_length=4)
    state = fields.CharField(max_length=12)
    version = fields.IntField()
    sealed = fields.BinaryField()
    added = fields.BigIntField(db_default=0)
    revision = fields.BigIntField(db_default=0)

    class Meta:
        """Where it is kept."""

        table = "registry_invoice"
        table_description = "Invoices, sealed"
        app = "registry"
        indexes: ClassVar = [("revision",), ("issued_on", "identity")]


class Total(Model):
    """Counts and sums of the invoices of one day, by region, kind and state.

    They are sealed: the sums of a single invoice would be its amounts.
    """

    day = fields.CharField(max_length=10, primary_key=True)
    sealed = fields.BinaryField()

    class Meta:
        """Where it is kept."""

        table = "registry_total"
        table_description = "Counts and sums of a day, sealed"
        app = "registry"
