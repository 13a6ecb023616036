from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("foundation", "0001_initial")]

    initial = False

    operations = [
        ops.CreateModel(
            name="KeyCheck",
            fields=[
                (
                    "name",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=20),
                ),
                ("fingerprint", fields.CharField(max_length=16)),
                ("sealed", fields.BinaryField()),
                ("indexed", fields.CharField(max_length=64)),
                ("written_at", fields.CharField(max_length=40)),
            ],
            options={
                "table": "key_check",
                "app": "foundation",
                "pk_attr": "name",
                "table_description": "One row by which a key ring is known to be the one this database was written with.",
            },
            bases=["Model"],
        ),
    ]
