"""The tables of kiosks, their journals, and what waits for a person."""

from __future__ import annotations

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Kiosks, codes, keys; branches and entries; exceptions, anchors, changes and nonces."""

    initial = True

    operations = [
        ops.CreateModel(
            name="AnchorRow",
            fields=[
                ("boot", fields.CharField(primary_key=True, max_length=65)),
                ("mono_ms", fields.BigIntField()),
                ("server_ms", fields.BigIntField()),
            ],
            options={
                "table": "kiosks_anchor",
                "app": "kiosks",
                "pk_attr": "boot",
                "table_description": "Clock anchors of kiosks",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BranchRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True)),
                ("journal", fields.CharField(max_length=32)),
                ("number", fields.IntField()),
                ("kiosk", fields.CharField(max_length=6)),
                ("parent", fields.IntField(null=True)),
                ("base", fields.BigIntField()),
                ("mark", fields.BigIntField()),
                ("head", fields.BinaryField()),
            ],
            options={
                "table": "kiosks_branch",
                "app": "kiosks",
                "unique_together": [("journal", "number")],
                "indexes": [Index(fields=["kiosk"])],
                "pk_attr": "id",
                "table_description": "Marks of journals",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ChangeHeadRow",
            fields=[
                ("name", fields.CharField(primary_key=True, max_length=8)),
                ("position", fields.BigIntField()),
                ("trimmed", fields.BigIntField()),
            ],
            options={
                "table": "kiosks_change_head",
                "app": "kiosks",
                "pk_attr": "name",
                "table_description": "Ends of the log of changes",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ChangeRow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True)),
                ("position", fields.BigIntField(unique=True)),
                ("tag", fields.CharField(max_length=16)),
                ("topic", fields.CharField(max_length=32)),
                ("key", fields.CharField(max_length=64)),
                ("audience", fields.CharField(max_length=6)),
                ("value", fields.TextField(null=True)),
                ("at_ms", fields.BigIntField()),
            ],
            options={
                "table": "kiosks_change",
                "app": "kiosks",
                "indexes": [Index(fields=["topic", "key", "audience"])],
                "pk_attr": "id",
                "table_description": "Changes that kiosks pull",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CodeRow",
            fields=[
                ("code_name", fields.CharField(primary_key=True, max_length=32)),
                ("kiosk", fields.CharField(max_length=6)),
                ("sealed", fields.BinaryField()),
                ("expires_ms", fields.BigIntField()),
                ("used_by", fields.TextField(null=True)),
            ],
            options={
                "table": "kiosks_code",
                "app": "kiosks",
                "indexes": [Index(fields=["kiosk"])],
                "pk_attr": "code_name",
                "table_description": "Enrolment codes",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="EntryRow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True)),
                ("branch", fields.IntField()),
                ("seq", fields.BigIntField()),
                ("op_id", fields.CharField(null=True, unique=True, max_length=36)),
                ("kind", fields.CharField(max_length=32)),
                ("header", fields.BinaryField()),
                ("content", fields.BinaryField()),
                ("hash", fields.BinaryField()),
                ("sealed", fields.BinaryField(null=True)),
                ("outcome", fields.CharField(max_length=8)),
                ("reason", fields.CharField(null=True, max_length=64)),
                ("occurred_ms", fields.BigIntField()),
                ("received_ms", fields.BigIntField()),
            ],
            options={
                "table": "kiosks_entry",
                "app": "kiosks",
                "unique_together": [("branch", "seq")],
                "pk_attr": "id",
                "table_description": "Journal entries and their verdicts",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ExceptionRow",
            fields=[
                ("id", fields.CharField(primary_key=True, max_length=10)),
                ("code", fields.CharField(max_length=64)),
                ("kiosk", fields.CharField(max_length=6)),
                ("branch", fields.IntField()),
                ("first_seq", fields.BigIntField()),
                ("last_seq", fields.BigIntField()),
                ("entries", fields.IntField()),
                ("told", fields.CharField(null=True, max_length=32)),
                ("found", fields.CharField(null=True, max_length=32)),
                ("state", fields.CharField(max_length=8)),
                ("opened_ms", fields.BigIntField()),
                ("resolved_ms", fields.BigIntField(null=True)),
                ("note", fields.BinaryField(null=True)),
                ("bundle", fields.CharField(null=True, unique=True, max_length=80)),
            ],
            options={
                "table": "kiosks_exception",
                "app": "kiosks",
                "indexes": [Index(fields=["state", "opened_ms"])],
                "pk_attr": "id",
                "table_description": "What waits for a person",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="KeyRow",
            fields=[
                ("keyid", fields.CharField(primary_key=True, max_length=64)),
                ("kiosk", fields.CharField(max_length=6)),
                ("signing", fields.BinaryField()),
                ("sealing", fields.BinaryField()),
                ("state", fields.CharField(max_length=12)),
                ("since_ms", fields.BigIntField()),
            ],
            options={
                "table": "kiosks_key",
                "app": "kiosks",
                "indexes": [Index(fields=["kiosk"])],
                "pk_attr": "keyid",
                "table_description": "Public keys of kiosks",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="KioskRow",
            fields=[
                ("kiosk", fields.CharField(primary_key=True, max_length=6)),
                ("name", fields.CharField(max_length=64)),
                ("standing", fields.CharField(max_length=12)),
                ("added_ms", fields.BigIntField()),
                ("enrolled_ms", fields.BigIntField(null=True)),
                ("pushed_ms", fields.BigIntField(null=True)),
            ],
            options={
                "table": "kiosks_kiosk",
                "app": "kiosks",
                "pk_attr": "kiosk",
                "table_description": "Kiosks and their leased prefixes",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NonceRow",
            fields=[
                ("nonce", fields.CharField(primary_key=True, max_length=130)),
                ("until_ms", fields.BigIntField()),
            ],
            options={
                "table": "kiosks_nonce",
                "app": "kiosks",
                "indexes": [Index(fields=["until_ms"])],
                "pk_attr": "nonce",
                "table_description": "Used nonces",
            },
            bases=["Model"],
        ),
    ]
