"""From here on a row's seal is bound to its version; those that were sealed before count as first.

A former seal was bound to the identity alone, which is the form of a first version.
"""

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Changed rows are few; the others are not touched."""

    dependencies = [("registry", "0002_revisions")]

    initial = False

    operations = [ops.RunSQL("UPDATE registry_invoice SET version = 1 WHERE version <> 1")]
