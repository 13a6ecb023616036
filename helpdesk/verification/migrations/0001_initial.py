"""The tables of the checks."""

from __future__ import annotations

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Checks, the counts of the daily limit, and the record numbers given out."""

    initial = True

    operations = [
        ops.CreateModel(
            name="CheckRow",
            fields=[
                ("op_id", fields.CharField(max_length=36, primary_key=True)),
                ("identity", fields.CharField(max_length=32, null=True)),
                ("day", fields.CharField(max_length=10)),
                ("channel", fields.CharField(max_length=12)),
                ("verdict", fields.CharField(max_length=12)),
                ("state", fields.CharField(max_length=12, null=True)),
                ("record", fields.CharField(max_length=32)),
                ("at_ms", fields.BigIntField()),
                ("sealed", fields.BinaryField()),
            ],
            options={
                "table": "verification_check",
                "table_description": "Checks, sealed",
                "app": "verification",
                "pk_attr": "op_id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CountRow",
            fields=[
                ("cell", fields.CharField(max_length=64, primary_key=True)),
                ("checks", fields.IntField()),
            ],
            options={
                "table": "verification_count",
                "table_description": "Checks of an invoice on a day",
                "app": "verification",
                "pk_attr": "cell",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CounterRow",
            fields=[
                ("cell", fields.CharField(max_length=24, primary_key=True)),
                ("value", fields.BigIntField()),
            ],
            options={
                "table": "verification_record",
                "table_description": "Record numbers given out",
                "app": "verification",
                "pk_attr": "cell",
            },
            bases=["Model"],
        ),
    ]
