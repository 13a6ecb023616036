from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Heartbeat",
            fields=[
                (
                    "name",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=20),
                ),
                ("beaten_at", fields.CharField(max_length=40)),
            ],
            options={
                "table": "heartbeat",
                "app": "foundation",
                "pk_attr": "name",
                "table_description": "One row that readiness writes: a disk that reads may still refuse to write.",
            },
            bases=["Model"],
        ),
    ]
