"""The tables of the registry."""

from __future__ import annotations

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Invoices and their totals."""

    initial = True

    operations = [
        ops.CreateModel(
            name="Invoice",
            fields=[
                ("identity", fields.CharField(max_length=32, primary_key=True)),
                ("number_index", fields.CharField(max_length=32, db_index=True)),
                ("kind", fields.CharField(max_length=12)),
                ("issued_on", fields.CharField(max_length=10)),
                ("region", fields.CharField(max_length=4)),
                ("state", fields.CharField(max_length=12)),
                ("version", fields.IntField()),
                ("sealed", fields.BinaryField()),
            ],
            options={
                "table": "registry_invoice",
                "table_description": "Invoices, sealed",
                "app": "registry",
                "pk_attr": "identity",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Total",
            fields=[
                ("day", fields.CharField(max_length=10, primary_key=True)),
                ("sealed", fields.BinaryField()),
            ],
            options={
                "table": "registry_total",
                "table_description": "Counts and sums of a day, sealed",
                "app": "registry",
                "pk_attr": "day",
            },
            bases=["Model"],
        ),
    ]
