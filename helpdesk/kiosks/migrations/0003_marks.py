"""Keys and standings of kiosks carry a mark that writing SQL alone does not give.

Whoever migrates marks the rows that are there: `helpdesk.row_marks`.
"""

from __future__ import annotations

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """One column each."""

    dependencies = [("kiosks", "0002_named")]

    initial = False

    operations = [
        ops.AddField(model_name="KioskRow", name="mac", field=fields.BinaryField(null=True)),
        ops.AddField(model_name="KeyRow", name="mac", field=fields.BinaryField(null=True)),
    ]
