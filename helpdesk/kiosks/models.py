"""The rows of kiosks, their journals and what waits for a person, as they lie in the database."""

from __future__ import annotations

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class KioskRow(Model):
    """A kiosk: its name for ever is the prefix it was leased. `mac` marks its standing."""

    kiosk = fields.CharField(max_length=6, primary_key=True)
    name = fields.CharField(max_length=64)
    standing = fields.CharField(max_length=12)
    added_ms = fields.BigIntField()
    enrolled_ms = fields.BigIntField(null=True)
    pushed_ms = fields.BigIntField(null=True)
    mac = fields.BinaryField(null=True)

    class Meta:
        """Where it is kept."""

        table = "kiosks_kiosk"
        table_description = "Kiosks and their leased prefixes"
        app = "kiosks"


class NamedRow(Model):
    """A prefix under which a kiosk without enrolment has called: it is not leased by itself."""

    kiosk = fields.CharField(max_length=6, primary_key=True)
    seen_ms = fields.BigIntField()

    class Meta:
        """Where it is kept."""

        table = "kiosks_named"
        table_description = "Prefixes of kiosks without enrolment"
        app = "kiosks"


class CodeRow(Model):
    """A one-time code: found by a name made from it; the key of its proofs is sealed."""

    code_name = fields.CharField(max_length=32, primary_key=True)
    kiosk = fields.CharField(max_length=6)
    sealed = fields.BinaryField()
    expires_ms = fields.BigIntField()
    used_by = fields.TextField(null=True)

    class Meta:
        """Where it is kept."""

        table = "kiosks_code"
        table_description = "Enrolment codes"
        app = "kiosks"
        indexes: ClassVar = [("kiosk",)]


class KeyRow(Model):
    """A key pair of a kiosk: registered, active or retired. `mac` marks the whole row."""

    keyid = fields.CharField(max_length=64, primary_key=True)
    kiosk = fields.CharField(max_length=6)
    signing = fields.BinaryField()
    sealing = fields.BinaryField()
    state = fields.CharField(max_length=12)
    since_ms = fields.BigIntField()
    mac = fields.BinaryField(null=True)

    class Meta:
        """Where it is kept."""

        table = "kiosks_key"
        table_description = "Public keys of kiosks"
        app = "kiosks"
        indexes: ClassVar = [("kiosk",)]


class BranchRow(Model):
    """How far a journal is known: one row a journal, one more for each fork of it.

    A branch shares with `parent` what lies at or before `base`.
    """

    id = fields.IntField(primary_key=True)
    journal = fields.CharField(max_length=32)
    number = fields.IntField()
    kiosk = fields.CharField(max_length=6)
    parent = fields.IntField(null=True)
    base = fields.BigIntField()
    mark = fields.BigIntField()
    head = fields.BinaryField()

    class Meta:
        """Where it is kept."""

        table = "kiosks_branch"
        table_description = "Marks of journals"
        app = "kiosks"
        unique_together: ClassVar = [("journal", "number")]
        indexes: ClassVar = [("kiosk",)]


class EntryRow(Model):
    """An entry with its permanent verdict; `sealed` is its salt and content until erased.

    `op_id` is there for an entry whose effect that operation is: once for ever.
    """

    id = fields.BigIntField(primary_key=True)
    branch = fields.IntField()
    seq = fields.BigIntField()
    op_id = fields.CharField(max_length=36, null=True, unique=True)
    kind = fields.CharField(max_length=32)
    header = fields.BinaryField()
    content = fields.BinaryField()
    hash = fields.BinaryField()
    sealed = fields.BinaryField(null=True)
    outcome = fields.CharField(max_length=8)
    reason = fields.CharField(max_length=64, null=True)
    occurred_ms = fields.BigIntField()
    received_ms = fields.BigIntField()

    class Meta:
        """Where it is kept."""

        table = "kiosks_entry"
        table_description = "Journal entries and their verdicts"
        app = "kiosks"
        unique_together: ClassVar = [("branch", "seq")]


class ExceptionRow(Model):
    """What waits for a person: one entry, or all of a branch that share a reason (`bundle`)."""

    id = fields.CharField(max_length=10, primary_key=True)
    code = fields.CharField(max_length=64)
    kiosk = fields.CharField(max_length=6)
    branch = fields.IntField()
    first_seq = fields.BigIntField()
    last_seq = fields.BigIntField()
    entries = fields.IntField()
    told = fields.CharField(max_length=32, null=True)
    found = fields.CharField(max_length=32, null=True)
    state = fields.CharField(max_length=8)
    opened_ms = fields.BigIntField()
    resolved_ms = fields.BigIntField(null=True)
    note = fields.BinaryField(null=True)
    bundle = fields.CharField(max_length=80, null=True, unique=True)

    class Meta:
        """Where it is kept."""

        table = "kiosks_exception"
        table_description = "What waits for a person"
        app = "kiosks"
        indexes: ClassVar = [("state", "opened_ms")]


class AnchorRow(Model):
    """The server's time at one moment of one boot of a kiosk: `<journal>/<boot>`."""

    boot = fields.CharField(max_length=65, primary_key=True)
    mono_ms = fields.BigIntField()
    server_ms = fields.BigIntField()

    class Meta:
        """Where it is kept."""

        table = "kiosks_anchor"
        table_description = "Clock anchors of kiosks"
        app = "kiosks"


class ChangeRow(Model):
    """One change that kiosks pull. `tag` tells a position of this log from a restored one's."""

    id = fields.BigIntField(primary_key=True)
    position = fields.BigIntField(unique=True)
    tag = fields.CharField(max_length=16)
    topic = fields.CharField(max_length=32)
    key = fields.CharField(max_length=64)
    audience = fields.CharField(max_length=6)
    value = fields.TextField(null=True)
    at_ms = fields.BigIntField()

    class Meta:
        """Where it is kept."""

        table = "kiosks_change"
        table_description = "Changes that kiosks pull"
        app = "kiosks"
        indexes: ClassVar = [("topic", "key", "audience")]


class ChangeHeadRow(Model):
    """The last position given out, and the one up to which changes were trimmed."""

    name = fields.CharField(max_length=8, primary_key=True)
    position = fields.BigIntField()
    trimmed = fields.BigIntField()

    class Meta:
        """Where it is kept."""

        table = "kiosks_change_head"
        table_description = "Ends of the log of changes"
        app = "kiosks"


class NonceRow(Model):
    """A nonce that was used, remembered while its signature could still pass."""

    nonce = fields.CharField(max_length=130, primary_key=True)
    until_ms = fields.BigIntField()

    class Meta:
        """Where it is kept."""

        table = "kiosks_nonce"
        table_description = "Used nonces"
        app = "kiosks"
        indexes: ClassVar = [("until_ms",)]
