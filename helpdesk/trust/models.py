"""The rows of the trust list: public keys, revoked slips, and the list issued last."""

from __future__ import annotations

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class KeyRow(Model):
    """A certified key; times in seconds since 1970, `revoked_at` once nothing of it holds.

    `mac` shows that the server has written the row: `helpdesk.security.row_mac`.
    """

    kid = fields.CharField(max_length=8, primary_key=True)
    public = fields.CharField(max_length=64)
    uses = fields.CharField(max_length=16)
    centre = fields.CharField(max_length=32)
    holder = fields.CharField(max_length=32)
    not_before = fields.BigIntField()
    not_after = fields.BigIntField()
    revoked_at = fields.BigIntField(null=True)
    mac = fields.BinaryField(null=True)

    class Meta:
        """Where it is kept."""

        table = "trust_key"
        table_description = "Public keys that this centre stands for"
        app = "trust"
        indexes: ClassVar = [("holder",)]


class RevokedRow(Model):
    """A slip that was taken back: `<kid>|<month of issue>|<document id>`."""

    slip = fields.CharField(max_length=48, primary_key=True)
    revoked_at = fields.BigIntField()

    class Meta:
        """Where it is kept."""

        table = "trust_revoked"
        table_description = "Slips that were taken back"
        app = "trust"


class ListRow(Model):
    """The one list in force, and how many changes it knows of those that were made."""

    name = fields.CharField(max_length=8, primary_key=True)
    changes = fields.BigIntField()
    listed = fields.BigIntField()
    version = fields.BigIntField()
    issued_at = fields.BigIntField()
    bundle = fields.BinaryField()
    parts = fields.BinaryField()

    class Meta:
        """Where it is kept."""

        table = "trust_list"
        table_description = "The trust list issued last"
        app = "trust"
