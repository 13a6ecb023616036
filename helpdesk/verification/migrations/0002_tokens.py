"""Records have tokens, which open them on a page; and they are found by their number."""

from __future__ import annotations

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Checks that were here before have no token: their number shows verdict and time."""

    dependencies = [("verification", "0001_initial")]

    initial = False

    operations = [
        ops.AddField(
            model_name="CheckRow",
            name="token_index",
            field=fields.CharField(max_length=32, null=True),
        ),
        ops.AddIndex(model_name="CheckRow", index=Index(fields=["record"])),
    ]
