"""Writes to the registry are numbered, so that packs can follow it; and it is read by issue day."""

from __future__ import annotations

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Rows that were there before count as write 0."""

    dependencies = [("registry", "0001_initial")]

    initial = False

    operations = [
        ops.AddField(model_name="Invoice", name="added", field=fields.BigIntField(db_default=0)),
        ops.AddField(model_name="Invoice", name="revision", field=fields.BigIntField(db_default=0)),
        ops.AddIndex(model_name="Invoice", index=Index(fields=["revision"])),
        ops.AddIndex(model_name="Invoice", index=Index(fields=["issued_on", "identity"])),
    ]
