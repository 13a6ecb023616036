"""Which prefixes kiosks without enrolment have called themselves by."""

from __future__ import annotations

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """A table of its own; kiosks that were here before are noted when they call again."""

    dependencies = [("kiosks", "0001_initial")]

    initial = False

    operations = [
        ops.CreateModel(
            name="NamedRow",
            fields=[
                ("kiosk", fields.CharField(primary_key=True, max_length=6)),
                ("seen_ms", fields.BigIntField()),
            ],
            options={
                "table": "kiosks_named",
                "app": "kiosks",
                "pk_attr": "kiosk",
                "table_description": "Prefixes of kiosks without enrolment",
            },
            bases=["Model"],
        ),
    ]
