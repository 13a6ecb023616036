from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Heartbeat",
            fields=[
                ("id", fields.IntField(primary_key=True, unique=True, db_index=True)),
                ("beaten_at", fields.CharField(max_length=40)),
            ],
            options={
                "table": "heartbeat",
                "app": "foundation",
                "pk_attr": "id",
                "table_description": "One row that readiness writes: a disk that reads may still refuse to write.",
            },
            bases=["Model"],
        ),
    ]
