"""The tables of the trust list."""

from __future__ import annotations

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Certified keys, revoked slips, the list in force."""

    initial = True

    operations = [
        ops.CreateModel(
            name="KeyRow",
            fields=[
                ("kid", fields.CharField(max_length=8, primary_key=True)),
                ("public", fields.CharField(max_length=64)),
                ("uses", fields.CharField(max_length=16)),
                ("centre", fields.CharField(max_length=32)),
                ("holder", fields.CharField(max_length=32)),
                ("not_before", fields.BigIntField()),
                ("not_after", fields.BigIntField()),
                ("revoked_at", fields.BigIntField(null=True)),
            ],
            options={
                "table": "trust_key",
                "table_description": "Public keys that this centre stands for",
                "app": "trust",
                "pk_attr": "kid",
                "indexes": [Index(fields=["holder"])],
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RevokedRow",
            fields=[
                ("slip", fields.CharField(max_length=48, primary_key=True)),
                ("revoked_at", fields.BigIntField()),
            ],
            options={
                "table": "trust_revoked",
                "table_description": "Slips that were taken back",
                "app": "trust",
                "pk_attr": "slip",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ListRow",
            fields=[
                ("name", fields.CharField(max_length=8, primary_key=True)),
                ("changes", fields.BigIntField()),
                ("listed", fields.BigIntField()),
                ("version", fields.BigIntField()),
                ("issued_at", fields.BigIntField()),
                ("bundle", fields.BinaryField()),
                ("parts", fields.BinaryField()),
            ],
            options={
                "table": "trust_list",
                "table_description": "The trust list issued last",
                "app": "trust",
                "pk_attr": "name",
            },
            bases=["Model"],
        ),
    ]
