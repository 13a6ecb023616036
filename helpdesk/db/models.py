"""Rows of the foundation itself."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

__all__ = ["Heartbeat", "KeyCheck"]


class Heartbeat(Model):
    """One row that readiness writes: a disk that reads may still refuse to write."""

    name = fields.CharField(max_length=20, primary_key=True)
    beaten_at = fields.CharField(max_length=40)

    class Meta:
        """Where it is kept."""

        table = "heartbeat"


class KeyCheck(Model):
    """One row by which a key ring is known to be the one this database was written with."""

    name = fields.CharField(max_length=20, primary_key=True)
    fingerprint = fields.CharField(max_length=16)
    sealed = fields.BinaryField()
    indexed = fields.CharField(max_length=64)
    written_at = fields.CharField(max_length=40)

    class Meta:
        """Where it is kept."""

        table = "key_check"
