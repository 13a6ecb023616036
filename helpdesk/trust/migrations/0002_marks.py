"""Certified keys carry a mark that writing SQL alone does not give.

Whoever migrates marks the rows that are there: `helpdesk.row_marks`.
"""

from __future__ import annotations

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """One column."""

    dependencies = [("trust", "0001_initial")]

    initial = False

    operations = [
        ops.AddField(model_name="KeyRow", name="mac", field=fields.BinaryField(null=True)),
    ]
