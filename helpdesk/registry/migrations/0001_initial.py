"""The tables of the registry."""

from __future__ import annotations

from typing import ClassVar

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Invoices and their totals."""

    initial = True

    operations: ClassVar = [
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
            options={"table": "registry_invoice", "app": "registry", "pk_attr": "identity"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Total",
            fields=[
                ("cell", fields.CharField(max_length=44, primary_key=True)),
                ("invoices", fields.IntField()),
                ("sums", fields.BinaryField()),
            ],
            options={"table": "registry_total", "app": "registry", "pk_attr": "cell"},
            bases=["Model"],
        ),
    ]
